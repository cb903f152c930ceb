"""Check an evidence bundle with nothing but Python: python3 verify.py [BUNDLE.zip or its folder].

Every file that manifest.json names must be there with its length and SHA-256, and no other file
may be. Compare the SHA-256 of the manifest that is printed with the one the mechanism told you.
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import IO

PIECE = 1 << 20


class Folder:
    """An unpacked bundle."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> set[str]:
        """Return what is in it."""
        found = (one for one in self.path.rglob("*") if one.is_file())
        return {one.relative_to(self.path).as_posix() for one in found}

    def open(self, name: str) -> IO[bytes]:
        """Open one of its files."""
        return (self.path / name).open("rb")


class Zip:
    """A bundle as it was handed out."""

    def __init__(self, path: Path) -> None:
        self.file = zipfile.ZipFile(path)

    def names(self) -> set[str]:
        """Return what is in it."""
        return set(self.file.namelist())

    def open(self, name: str) -> IO[bytes]:
        """Open one of its files."""
        return self.file.open(name)


def digest_of(file: IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 and the length of an open file."""
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def faults_in(bundle: "Folder | Zip") -> list[str]:
    """Return what is wrong, in words; nothing if the bundle is whole."""
    names = bundle.names()
    if "manifest.json" not in names:
        return ["there is no manifest.json"]
    with bundle.open("manifest.json") as file:
        manifest = json.loads(file.read())
    faults, told = [], {"manifest.json"}
    for entry in manifest["files"]:
        told.add(entry["path"])
        if entry["path"] not in names:
            faults.append(f"missing: {entry['path']}")
            continue
        with bundle.open(entry["path"]) as file:
            if digest_of(file) != (entry["sha256"], entry["size"]):
                faults.append(f"not what was packed: {entry['path']}")
    return faults + [f"not in the manifest: {name}" for name in sorted(names - told)]


def main(given: list[str]) -> int:
    """Check one bundle; return 0 if it is whole."""
    path = Path(given[0]) if given else Path(__file__).resolve().parent
    bundle: Folder | Zip = Folder(path) if path.is_dir() else Zip(path)
    faults = faults_in(bundle)
    for fault in faults:
        print(fault)
    if "manifest.json" in bundle.names():
        with bundle.open("manifest.json") as file:
            print("SHA-256 of manifest.json:", digest_of(file)[0])
    print("NOT WHOLE" if faults else "whole: every file is what the manifest says")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
