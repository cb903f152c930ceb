"""Checks that every complaint is in exactly one class, and prints the sum."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.agreement.queries import agreements
from verification.caseload.queries import faults, partition


class Command(BaseCommand):
    """manage.py case_life: exit code 1 if the partition does not hold anywhere."""

    help = "Checks that every complaint is in exactly one class; prints how they add up."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the sum of every agreement; name every fault and fail if there is one."""
        found: list[str] = []
        for agreement in agreements():
            lines = partition(agreement.pk)
            parts = " + ".join(f"{line.count} {line.label}" for line in lines if line.count)
            total = sum(line.count for line in lines)
            self.stdout.write(f"{agreement.slug}: {total} received = {parts or 0}")
            found += [f"{agreement.slug}: {fault}" for fault in faults(agreement.pk)]
        if found:
            raise CommandError("Some complaints are not in one class:\n" + "\n".join(found))
        self.stdout.write("Every complaint is in exactly one class.")
