"""Issue an API key; its token is printed once and kept nowhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reports.people.actions import issue_api_key
from reports.people.queries import user_by_username
from reports.people.rules import LABEL_MOST, SCOPES


class Command(BaseCommand):
    """manage.py issue_key --user X --label Y --scope reports:write"""

    help = "Issue an API key for a person; the token is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare user, label and scopes."""
        parser.add_argument("--user", required=True, help="username")
        parser.add_argument("--label", required=True, help="what the key is for")
        parser.add_argument("--scope", action="append", required=True, choices=SCOPES)

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue the key and print its token."""
        user = user_by_username(options["user"])
        if user is None:
            raise CommandError(f"There is no account named {options['user']}.")
        label = options["label"].strip()
        if not 0 < len(label) <= LABEL_MOST:
            raise CommandError(f"A label has 1 to {LABEL_MOST} characters.")
        scopes = sorted(set(options["scope"]))
        key, token = issue_api_key(
            user=user, label=label, scopes=scopes, by=None, at=timezone.now()
        )
        self.stderr.write(
            f"Key for {user.username}, {', '.join(scopes)}, until {key.expires_at:%Y-%m-%d}."
        )
        self.stderr.write("The token is shown this once:")
        self.stdout.write(token)
