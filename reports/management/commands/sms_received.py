"""manage.py sms_received: what gammu-smsd runs when a text message came (RunOnReceive).

It hands the message over in the environment: SMS_MESSAGES parts, SMS_1_NUMBER, SMS_1_TEXT …;
DECODED_PARTS and DECODED_1_TEXT where it put a long message together itself. It names the message
on the command line, by its ids or files. (SMS_1_REFERENCE is no time and no id: it comes again.)
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reports.agreement.queries import agreement_by_slug, agreements
from reports.channels.actions import Incoming, take_message
from reports.channels.queries import Line, number_hash


def message_in(given: Mapping[str, str], named: Sequence[str] = ()) -> Incoming:
    """Return the message in an environment, its parts in their order."""
    whole = _count(given.get("DECODED_PARTS", ""))
    name, count = ("DECODED", whole) if whole else ("SMS", _count(given.get("SMS_MESSAGES", "")))
    text = "".join(given.get(f"{name}_{n}_TEXT", "") for n in range(1, count + 1))
    return Incoming(
        line=Line.SMS,
        sender=number_hash(given.get("SMS_1_NUMBER", "")),
        text=text,
        raw=text.encode(errors="surrogateescape"),
        sent=" ".join(named),
    )


def _count(written: str) -> int:
    return int(written) if written.isdecimal() else 0


class Command(BaseCommand):
    """Take in one text message."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare by what the message is named."""
        parser.add_argument("named", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it in, and say nothing of it."""
        slug = settings.HOOK_AGREEMENT
        agreement = agreement_by_slug(slug) if slug else agreements()[0]
        incoming = message_in(os.environ, options["named"])
        take_message(incoming=incoming, agreement=agreement, by=None, at=timezone.now())
