"""manage.py allow_sender: let a number, with a code word, or a mailbox speak for a monitor."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reports.agreement.queries import agreement_by_slug
from reports.channels.actions import allow_sender
from reports.channels.queries import mailbox_hash, number_hash
from reports.people.queries import user_by_username
from reports.problems import Problem


class Command(BaseCommand):
    """manage.py allow_sender --user X --agreement SLUG (--number N --code WORD | --mailbox)"""

    help = "Let a number or a mailbox speak for a person; only hashes of it are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whose it is and what it is."""
        parser.add_argument("--user", required=True)
        parser.add_argument("--agreement", required=True)
        parser.add_argument("--number", default="")
        parser.add_argument("--code", default="")
        parser.add_argument("--mailbox", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Let it in; print a mailbox's token once."""
        user = user_by_username(options["user"])
        if user is None or bool(options["number"]) == options["mailbox"]:
            raise CommandError("Name a known user, and a number or --mailbox.")
        token = secrets.token_hex(12)
        hashed = mailbox_hash(token) if options["mailbox"] else number_hash(options["number"])
        try:
            allow_sender(
                user=user,
                agreement=agreement_by_slug(options["agreement"]),
                hashed=hashed,
                code=options["code"],
                mailbox=options["mailbox"],
                by=None,
                at=timezone.now(),
            )
        except Problem as problem:
            raise CommandError(f"{problem.detail} {problem.errors}") from problem
        if options["mailbox"]:
            self.stderr.write("The mailbox is shown this once:")
            self.stdout.write(f"intake+{token}@")
