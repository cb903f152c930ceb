"""Give a person a quota of requests in one lane."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reports.keys.actions import set_quota
from reports.keys.rules import QuotaLane
from reports.people.queries import user_by_username
from reports.problems import Problem


class Command(BaseCommand):
    """manage.py set_quota --user X --lane read --per-minute 1000 --per-day 500000"""

    help = "Give a person a quota of requests by key, in one lane."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare user, lane and the two numbers."""
        parser.add_argument("--user", required=True, help="username")
        parser.add_argument("--lane", required=True, choices=QuotaLane.values)
        parser.add_argument("--per-minute", required=True, type=int)
        parser.add_argument("--per-day", required=True, type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Set the quota."""
        user = user_by_username(options["user"])
        if user is None:
            raise CommandError(f"There is no account named {options['user']}.")
        try:
            quota = set_quota(
                user=user,
                lane=options["lane"],
                per_minute=options["per_minute"],
                per_day=options["per_day"],
                by=None,
                at=timezone.now(),
            )
        except Problem as problem:
            raise CommandError(problem.detail) from problem
        self.stdout.write(f"{quota}: {quota.per_minute} a minute, {quota.per_day} a day.")
