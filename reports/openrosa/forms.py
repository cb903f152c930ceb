"""The forms phones may fetch and send: compiled files beside this one, each version kept.

A version is named by its number and held by its hash: what was once handed out never changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from defusedxml.ElementTree import fromstring

FOLDER = Path(__file__).with_name("forms")
XFORMS = "{http://www.w3.org/2002/xforms}"
FORM_ID = "cvr_violation"
# Version -> SHA-256 of the compiled file, the present one last.
VERSIONS: Mapping[str, str] = {
    "2026112301": "518460597ff66e1aa930b33a7aaef730c7b186ad0d28a11fb25d714e4da841bb",
}
CURRENT = tuple(VERSIONS)[-1]


class FormChanged(RuntimeError):
    """Raised where a compiled form is not the one its hash names."""


@dataclass(frozen=True, slots=True)
class Form:
    """One version of the form, as it is served."""

    form_id: str
    version: str
    xml: bytes
    files: tuple[str, ...]  # paths of the answers that name a file
    types: Mapping[str, str]  # of every answer, by its path, in the order of the form

    @property
    def md5(self) -> str:
        """The hash clients compare: no secret, only “has it changed”."""
        return md5_of(self.xml)


def md5_of(content: bytes) -> str:
    """Return the hash OpenRosa names its files by."""
    return "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()


def form_of(form_id: str, version: str) -> Form | None:
    """Return a version of the form, or None where there is none."""
    if form_id != FORM_ID or version not in VERSIONS:
        return None
    return _read(version)


@cache
def _read(version: str) -> Form:
    xml = (FOLDER / f"{FORM_ID}-{version}.xml").read_bytes()
    if hashlib.sha256(xml).hexdigest() != VERSIONS[version]:
        raise FormChanged(version)
    types = {
        one.get("nodeset", "").removeprefix("/data/"): one.get("type", "")
        for one in fromstring(xml).iter(f"{XFORMS}bind")
    }
    files = tuple(path for path, kind in types.items() if kind == "binary")
    return Form(FORM_ID, version, xml, files, types)


def present_form() -> Form:
    """Return the form phones are to use now."""
    return _read(CURRENT)
