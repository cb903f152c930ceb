"""Prints the demonstration's logins (run.py shows them when the site is ready)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from verification.management.seeding.summary import logins


class Command(BaseCommand):
    """Prints who can come in, and with what."""

    help = "Print the logins of the demonstration, if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in logins():
            self.stdout.write(line)
