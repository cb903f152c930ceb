"""Print every party's record, with the sums it has to agree with."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.agreement.queries import agreement_by_slug, agreements
from reports.problems import NotFound
from verification.publication.faces import Standings
from verification.publication.queries import standings
from verification.standing.actions import recompute_standing

HEAD = ("party", "decided breaches", "expected breaches", "open", "coverage", "as of")


class Command(BaseCommand):
    """manage.py standing --agreement nk2020 [--recompute]"""

    help = "Prints each party's standing under an agreement, and how all counts add up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the agreement's slug, and whether to compute anew first."""
        parser.add_argument("--agreement", required=True, metavar="SLUG")
        parser.add_argument(
            "--recompute", action="store_true", help="compute anew from decisions and scores first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table; an agreement nobody knows is an error that names those known."""
        at = timezone.now()
        try:
            agreement = agreement_by_slug(options["agreement"])
        except NotFound as error:
            known = ", ".join(a.slug for a in agreements()) or "none yet"
            raise CommandError(
                f"There is no agreement “{options['agreement']}”. Known: {known}."
            ) from error
        if options["recompute"]:
            made = recompute_standing(agreement=agreement, at=at)
            self.stdout.write("Computed anew." if made else "Nothing has changed.")
        for line in lines_of(standings(agreement, at=at)):
            self.stdout.write(line)


def lines_of(seen: Standings) -> list[str]:
    """Return the whole print-out."""
    rows = [HEAD] + [
        (
            f"{line.party} {line.name}",
            str(line.decided),
            "withheld" if line.expected is None else str(line.expected),
            str(line.open_against),
            f"{line.coverage_hours:.0f} h of {line.period_hours:.0f} h",
            f"{line.as_of:%Y-%m-%d %H:%M} UTC",
        )
        for line in seen.lines
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    table = [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return [seen.agreement.title, "", *table, "", *_sums(seen)]


def _sums(seen: Standings) -> list[str]:
    totals = seen.totals
    parts = " + ".join(f"{line.count} {line.label}" for line in seen.partition if line.count)
    found = [
        f"reports: {seen.received} received = {parts or 0}",
        f"incidents: {totals.opened} opened = {totals.decided} decided + {totals.undecided} open"
        f" + {totals.inadmissible} inadmissible + {totals.merged} merged",
    ]
    if totals.outside:
        found.append(
            f"of the decided and open, {totals.outside} lie outside the agreement by their tests"
            " and count for no party"
        )
    if any(line.expected is None for line in seen.lines):
        found.append("expected: withheld while so few are open that single scores would show")
    if seen.refusal:
        found.append(f"no comparison supported: {seen.refusal}")
    if not seen.lines:
        found.append("no standing has been computed yet")
    elif seen.missing:
        found.append(
            f"the standings cover {seen.lines[0].n_admissible} incidents, {seen.missing:+d} have"
            " changed since: run again with --recompute"
        )
    return found
