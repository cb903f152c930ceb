"""Draw the panels of a published finding again, from its published record alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.problems import NotFound
from verification.adjudication.drawing import METHOD, drawn
from verification.publication.queries import finding_by_code


class Command(BaseCommand):
    """manage.py redraw NK20-0006-F1 | finding.json | - (what /api/v1/findings/<code> answers)"""

    help = "Draws the panels of a finding again from its published record, and compares."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("finding", help="a finding’s code, a file with its record, or -")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each draw; fail if one comes out differently."""
        content = _record(options["finding"])
        draws = (content.get("panel") or {}).get("draws") or []
        if not draws:
            raise CommandError("This record holds no draw of a panel.")
        differ = 0
        for number, draw in enumerate(draws, start=1):
            if draw["method"] != METHOD:
                raise CommandError(f"Draw {number} was made by {draw['method']}, not {METHOD}.")
            again = drawn(draw)
            same = again == draw["chosen"]
            differ += not same
            self.stdout.write(
                f"draw {number}: {len(draw['eligible'])} eligible, {draw['size']} to seat: "
                f"{'the same panel' if same else 'ANOTHER PANEL'}"
            )
            for ticket in again:
                self.stdout.write(f"  {ticket}")
        if differ:
            raise CommandError(f"{differ} of {len(draws)} draws come out differently.")


def _record(asked: str) -> dict[str, Any]:
    """Return the published content of a finding: by its code, or from what was downloaded."""
    if asked == "-" or Path(asked).is_file():
        text = sys.stdin.read() if asked == "-" else Path(asked).read_text(encoding="utf-8")
        try:
            body = json.loads(text)
        except ValueError as error:
            raise CommandError(f"This is no JSON: {error}") from error
        return dict(body.get("content", body))
    try:
        return finding_by_code(asked).line.content
    except NotFound as error:
        raise CommandError(str(error)) from error
