"""Rebuilds published tables: `manage.py published_tables --by USERNAME [--only slmm-2005]`.

Each table gets an agreement of its own; a table that is there already is only compared again.
Ends with an error where a published figure and the records disagree without a note that says so.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from reports.agreement.actions import record_agreement
from reports.agreement.models import Agreement
from reports.agreement.queries import agreement_by_slug
from reports.people.actions import grant_role, register_source
from reports.people.models import Source, User
from reports.people.permissions import may
from reports.people.queries import source_by_key, user_by_username
from reports.problems import NotFound
from verification.archive.actions import Publication, carry_over
from verification.archive.queries import carried_over, compared, was_carried_over
from verification.archive.rules import TableLine
from verification.management.seeding.files import document
from verification.management.seeding.reference import load_acts

GROWN = (
    *("reports_report", "reports_origin", "verification_incident", "verification_link"),
    *("verification_case", "verification_decision"),
)
FILE = "published/tables.json"


class Command(BaseCommand):
    """Loads what is not there yet, then prints every figure beside what the records add up to."""

    help = "Carry published tables over into agreements of their own, and compare them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", required=True, help="an operator's account")
        parser.add_argument("--only", help="one table, as named in seeds/" + FILE)

    def handle(self, *args: Any, **options: Any) -> None:
        by = user_by_username(options["by"])
        if by is None:
            raise CommandError(f"There is no account “{options['by']}”.")
        tables = document(FILE)
        names = [options["only"]] if options["only"] else list(tables)
        at = timezone.now()
        load_acts(at=at)
        for name in names:
            if name not in tables:
                raise CommandError(f"There is no table “{name}”.")
            self.compare(self.loaded(name, tables[name], by, at))

    @transaction.atomic
    def loaded(self, name: str, table: Mapping[str, Any], by: User, at: datetime) -> Agreement:
        """Return a table's agreement; load both if new, with the loader as its operator."""
        try:
            agreement = agreement_by_slug(table["agreement"]["slug"])
        except NotFound:
            agreement = record_agreement(document=table["agreement"], by=by, at=at)
        if was_carried_over(agreement):
            return agreement
        if not may(by, "archive.carry_over", at=at, agreement_id=agreement.pk):
            grant_role(user=by, role="operator", agreement=agreement, by=by, at=at)
        carry_over(
            agreement=agreement,
            publication=publication_of(table),
            source=self.source(name, table, at),
            by=by,
            at=at,
        )
        analyse()
        return agreement

    def source(self, name: str, table: Mapping[str, Any], at: datetime) -> Source:
        key = f"published-{name}"
        return source_by_key(key) or register_source(
            key=key, name=table["mechanism"], kind="monitor", organisation=None, by=None, at=at
        )

    def compare(self, agreement: Agreement) -> None:
        """Print every published figure with what the records add up to, then the notes."""
        archive = carried_over(agreement)
        self.stdout.write(f"\n{archive.mechanism}, {archive.period}")
        for one in compared(archive):
            f = one.figure
            words = " ".join(filter(None, (f["period"], f["party"], f["measure"], f["category"])))
            sign = "=" if one.agrees else "≠"
            self.stdout.write(f"  {words:70} published {f['value']:>7} {sign} {one.counted:>7}")
        for note in archive.notes:
            self.stdout.write(f"  – {note}")


def analyse() -> None:
    """Let the planner learn of thousands of rows at once, before anybody asks for them."""
    with connection.cursor() as cursor:
        for table in GROWN:
            cursor.execute(f"ANALYZE {table}")


def publication_of(table: Mapping[str, Any]) -> Publication:
    """Return a table of the file as the action takes it."""
    return Publication(
        mechanism=table["mechanism"],
        period=table["period"],
        lines=[TableLine(**line) for line in table["lines"]],
        figures=table["figures"],
        notes=table["notes"],
    )
