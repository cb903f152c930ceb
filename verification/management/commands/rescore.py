"""Compute past scores again from what was kept, or print them: nothing is written."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from reports.agreement.queries import agreement_by_slug, agreements
from reports.problems import NotFound
from verification.scoring.queries import scores_made_until
from verification.scoring.replay import OtherEngine, differences, replay


class Command(BaseCommand):
    """manage.py rescore --as-of INSTANT [--agreement SLUG] [--incident CODE] [--check]"""

    help = "Repeats the scores that stood at an instant and says whether they come out the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", required=True, metavar="INSTANT", help="ISO 8601, or now")
        parser.add_argument("--agreement", metavar="SLUG", help="all agreements otherwise")
        parser.add_argument("--incident", default="", metavar="CODE")
        parser.add_argument(
            "--check", action="store_true", help="print only what differs, and a count"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = instant(options["as_of"])
        try:
            wanted = (
                [agreement_by_slug(options["agreement"])] if options["agreement"] else agreements()
            )
        except NotFound as error:
            raise CommandError(error.detail) from error
        code = options["incident"].strip().upper()
        rows = [score for one in wanted for score in scores_made_until(one.pk, at=at, code=code)]
        if not rows:
            raise CommandError("No incident had a score at that instant.")
        differ, refused = 0, 0
        for score in rows:
            try:
                found = differences(score, replay(score))
            except OtherEngine as error:
                refused += 1
                self.stdout.write(f"{score.incident.code}  cannot be repeated: {error}")
                continue
            differ += bool(found)
            if found or not options["check"]:
                self.stdout.write(line_of(score, found))
        same = len(rows) - differ - refused
        self.stdout.write(f"{len(rows)} scores: {same} equal, {differ} differ, {refused} refused")
        if differ or refused:
            raise CommandError("Not every score could be repeated exactly.")


def line_of(score: Any, found: list[str]) -> str:
    """Return one line: what the row says, and whether it came out the same."""
    answers = "  ".join(f"{name} {p:.3f}" for name, p in sorted(score.p.items()))
    verdict = f"DIFFERS in {', '.join(found)}" if found else "equal"
    return f"{score.incident.code}  {score.at:%Y-%m-%d %H:%M}  {answers}  {verdict}"


def instant(text: str) -> datetime:
    """Return the instant that an argument names; a day means its first moment, in UTC."""
    if text == "now":
        return timezone.now()
    found = parse_datetime(text)
    if found is None and (day := parse_date(text)) is not None:
        found = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if found is None:
        raise CommandError(f"“{text}” is no instant. Write it as 2020-10-12T08:00:00Z, or now.")
    return found if timezone.is_aware(found) else found.replace(tzinfo=UTC)
