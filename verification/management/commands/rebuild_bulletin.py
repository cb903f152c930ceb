"""`manage.py rebuild_bulletin NK20-B0001 [--to FOLDER]`: the same bytes, from the record."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.problems import NotFound
from verification.bulletins.queries import rebuilt


class Command(BaseCommand):
    """Reads only the record as of the bulletin's cut-off; what was drafted is only compared."""

    help = "Make a bulletin again from the record as of its cut-off and compare it, byte by byte."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--to", type=Path, help="folder to write what was made into")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = rebuilt(options["code"])
        except NotFound as unknown:
            raise CommandError(unknown.detail) from unknown
        if options["to"]:
            options["to"].mkdir(parents=True, exist_ok=True)
            (options["to"] / f"{made.code}.json").write_bytes(made.content)
            for language, body in made.editions:
                (options["to"] / f"{made.code}.{language}.pdf").write_bytes(body)
        if made.differs:
            raise CommandError(
                f"{made.code} differs from what was drafted: {', '.join(made.differs)}"
            )
        self.stdout.write(f"{made.code}: the same bytes, {1 + len(made.editions)} files")
