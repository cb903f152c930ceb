"""Erase what one report says, for good."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.intake.queries import report_by_receipt
from reports.people.queries import user_by_username
from reports.problems import Problem
from verification.ledger.actions.erasure import erase_report
from verification.ledger.rules import BASES


class Command(BaseCommand):
    """manage.py erase_report K7PX2-2QMAB --basis danger_to_a_person --by operator"""

    help = "Erase a withdrawn or rejected report: its content, the salts of its leaves, their key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("receipt")
        parser.add_argument("--basis", required=True, choices=BASES)
        parser.add_argument("--by", required=True, help="the operator's user name")

    def handle(self, *args: Any, **options: Any) -> None:
        by = user_by_username(options["by"])
        if by is None:
            raise CommandError("There is no such person.")
        try:
            report = report_by_receipt(options["receipt"])
            erase_report(report=report, basis=options["basis"], by=by, at=timezone.now())
        except Problem as problem:
            raise CommandError(problem.detail) from problem
        self.stdout.write(f"{report.receipt} is erased. Backups hold it until they are destroyed.")
