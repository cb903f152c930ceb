"""Prints docs/scoring-demo.md: what the engine says of every incident of a seeded scenario."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.agreement.queries import agreement_by_slug
from reports.problems import NotFound
from verification.management.seeding.files import document
from verification.scoring.models import Score
from verification.scoring.queries import FitLine, fit_line, scores_made_until

ANSWERS = ("ARM", "AZE", "other", "none")


class Command(BaseCommand):
    """manage.py scoring_demo [--agreement SLUG] > docs/scoring-demo.md"""

    help = "Prints how the seeded incidents score, with a fair reader's remark on each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the agreement whose scenario was seeded."""
        parser.add_argument("--agreement", metavar="SLUG", default="nk2020")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the whole page; nothing is written to the database."""
        try:
            agreement = agreement_by_slug(options["agreement"])
        except NotFound as error:
            raise CommandError(error.detail) from error
        now = timezone.now()
        fit = fit_line(agreement.pk, at=now)
        rows = scores_made_until(agreement.pk, at=now)
        if fit is None or not rows:
            raise CommandError("Nothing is scored yet: run manage.py seed first.")
        remarks = document(f"scenarios/{agreement.slug}-readings.json")
        lines = [
            *_head(fit),
            *table(rows, remarks["incidents"]),
            "",
            *through_time(agreement.pk, remarks["through_time"], now),
        ]
        self.stdout.write("\n".join(lines))


HEAD = """# The seed incidents scored

Engine {version}; {statements} statements on {incidents} incidents. Two further incidents were ruled
outside the agreement; they teach nothing and are scored by their own statements. Made by
`python3 run.py manage seed`, then `python3 run.py manage scoring_demo > docs/scoring-demo.md`;
`python3 run.py manage rescore --as-of now --check` repeats every score from what was kept.
The score of a decided incident rests on the statements alone, never on its own decision.
Remarks: `seeds/scenarios/nk2020-readings.json`.

Each cell: Armenia, Azerbaijan, other or unknown, did not happen.
"""
COLUMNS = (
    *("incident", "place", "all sources", "without aligned", "majority vote"),
    "would a fair reader agree?",
)


def _head(fit: FitLine) -> list[str]:
    words = {
        "version": fit.engine_version,
        "statements": fit.n_statements,
        "incidents": fit.n_incidents,
    }
    return [*HEAD.format(**words).splitlines(), ""]


def table(rows: list[Score], remarks: dict[str, str]) -> list[str]:
    """Return one line per incident: three answers and the remark."""
    return [
        f"| {' | '.join(COLUMNS)} |",
        "|---|---|---|---|---|---|",
        *(
            f"| {score.incident.code} | {place_of(score)} | {cell(score.p)} |"
            f" {cell(score.p_without_aligned)} | {cell(score.baseline['p'])} |"
            f" {remarks[score.incident.code]} |"
            for score in rows
        ),
    ]


def place_of(score: Score) -> str:
    """Return the key of the incident's place."""
    place = score.incident.place
    return "" if place is None else place.key


def through_time(agreement_id: Any, steps: list[dict[str, str]], now: datetime) -> list[str]:
    """Return how one incident's score moved, each row as it stood at that instant."""
    found = []
    for step in steps:
        at = now if step["at"] == "now" else datetime.fromisoformat(step["at"]).astimezone(UTC)
        for score in scores_made_until(agreement_id, at=at, code=step["incident"]):
            found.append(
                f"| {step['incident']} | {step['what']} | {cell(score.p)} |"
                f" {cell(score.p_without_aligned)} | {cell(score.baseline['p'])} |"
            )
    return [
        "## Through time",
        "",
        "| incident | as known | all sources | without aligned | majority vote |",
        "|---|---|---|---|---|",
        *found,
    ]


def cell(p: dict[str, float]) -> str:
    """Return four probabilities to two decimals."""
    return " ".join(f"{p[name]:.2f}" for name in ANSWERS)
