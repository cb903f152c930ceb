"""Write the whole log as static files, to be served or mirrored by anything."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from verification.bulletins.proofs import all_log_files
from verification.ledger.opened_rows import opened_rows


class Command(BaseCommand):
    """Writes what is new; each file appears whole, the checkpoint last."""

    help = "Write the log's files (docs/log-format.md 6) into a folder; repeat it to bring it up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--rows", type=Path, help="also write the rows under the leaves: not for the public"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        new = sum(_put(options["folder"] / path, body) for path, body in all_log_files())
        self.stdout.write(f"{new} new files in {options['folder']}")
        if options["rows"]:
            self.stdout.write(f"{_write_rows(options['rows'])} leaves opened in {options['rows']}")


def _write_rows(file: Path) -> int:
    """Write one document a line, for nobody else on this machine to read; return how many."""
    count = 0
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        for document in opened_rows():
            handle.write(json.dumps(document, ensure_ascii=False) + "\n")
            count += 1
    return count


def _put(file: Path, body: bytes) -> bool:
    """Write a file by renaming, unless it is there with these bytes."""
    if file.is_file() and file.read_bytes() == body:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.write_bytes(body)
    new.replace(file)
    return True
