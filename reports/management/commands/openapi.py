"""The OpenAPI document: print it, write it, release it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.api.document.written import COMMAND, DOCUMENT, RELEASED, as_text, made


class Command(BaseCommand):
    """manage.py openapi [--write | --check | --release]"""

    help = "Prints the OpenAPI document; --write commits it to its file, --check compares."

    def add_arguments(self, parser: Any) -> None:
        """Add the three ways."""
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument("--write", action="store_true", help="write it where it is committed")
        ways.add_argument("--check", action="store_true", help="fail where the file differs")
        ways.add_argument(
            "--release", action="store_true", help="promise it: what later breaks it needs a note"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of them."""
        text = as_text(made())
        if options["write"]:
            DOCUMENT.write_text(text, "utf-8")
        elif options["release"]:
            DOCUMENT.write_text(text, "utf-8")
            RELEASED.write_text(text, "utf-8")
        elif options["check"]:
            if not DOCUMENT.exists() or DOCUMENT.read_text("utf-8") != text:
                raise CommandError(f"The OpenAPI document is not up to date: {COMMAND}")
        else:
            self.stdout.write(text, ending="")
