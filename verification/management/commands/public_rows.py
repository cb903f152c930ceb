"""Check the rows kept of what is public against the record, or make them all anew."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.agreement.queries import agreements
from verification.publication.actions import keep_public_rows, mark_all, recount
from verification.publication.checking import faults_of_rows, faults_of_sums


class Command(BaseCommand):
    """manage.py public_rows [--rebuild] [--quick]"""

    help = "Checks the public rows against the record; with --rebuild makes them anew first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to rebuild, and whether to compare sums alone."""
        parser.add_argument("--rebuild", action="store_true", help="make all rows anew first")
        parser.add_argument("--quick", action="store_true", help="compare the sums, not each row")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each fault; exit with an error if there is one."""
        if options["rebuild"]:
            for agreement in agreements():
                self.stdout.write(f"{agreement.slug}: {mark_all(agreement=agreement)} to make anew")
        while keep_public_rows():
            pass
        faults: list[str] = []
        for agreement in agreements():
            if options["rebuild"]:
                recount(agreement)
            if not options["quick"]:
                faults += faults_of_rows(agreement)
            faults += faults_of_sums(agreement)
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults; --rebuild makes the rows anew")
        self.stdout.write("the public rows say what the record says")
