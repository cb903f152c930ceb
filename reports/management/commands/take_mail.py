"""manage.py take_mail: receive mail by LMTP from the site's own mail server, for intake+TOKEN@…

A mailbox nobody was given is refused (550). What comes is sealed as it came; no link is followed,
no HTML is shown. Run it beside the site, on the loopback address.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.lmtp import LMTP
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from reports.channels.actions import Incoming, take_message
from reports.channels.letters import dkim_result
from reports.channels.queries import Line, mailbox_hash, sender_of

MAILBOX = re.compile(r"intake\+([0-9a-z]{16,64})@[^@]*", re.IGNORECASE)
MOST = 25 * 1024 * 1024  # bytes of one mail
WORDS_MOST = 5_000  # characters shown of it


def mailbox_in(address: str) -> str:
    """Return the hash of the mailbox an address names, or ''."""
    found = MAILBOX.fullmatch(address.strip().strip("<>"))
    return mailbox_hash(found[1]) if found else ""


def words_of(raw: bytes) -> str:
    """Return subject and plain words of a mail; bytes of no declared kind are UTF-8 first."""
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
    words = "" if body is None else _decoded(body)
    return "\n".join(filter(None, (str(mail.get("Subject", "")), words.strip())))[:WORDS_MOST]


def _decoded(part: Any) -> str:
    plain = part.get_payload(decode=True) or b""
    declared = part.get_content_charset()
    for charset in (declared, "utf-8"):
        try:
            return str(plain.decode(charset)) if charset else str(plain.decode("utf-8"))
        except (UnicodeDecodeError, LookupError):
            continue
    return str(plain.decode("latin-1"))


class Mailroom:
    """Answers the mail server: whose mailbox it is, and that a mail was taken."""

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take a mailbox that somebody was given, refuse any other."""
        hashed = mailbox_in(address)
        if not hashed or await sync_to_async(_known)(hashed) is None:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Seal a mail for each mailbox it is for; answer only then."""
        for address in envelope.rcpt_tos:
            if not await sync_to_async(take_mail)(address, bytes(envelope.content)):
                return "451 4.3.0 Try again later"
        return "250 OK"


def _known(hashed: str) -> Any:
    close_old_connections()
    return sender_of(hashed)


def take_mail(address: str, raw: bytes) -> bool:
    """Take one mail for one mailbox; answer whether it is kept."""
    close_old_connections()
    hashed = mailbox_in(address)
    sender = sender_of(hashed)
    if sender is None:
        return False
    one = hashlib.sha256(raw).hexdigest()  # two mails may hold the same words and other pictures
    incoming = Incoming(
        line=Line.MAIL,
        sender=hashed,
        text=words_of(raw),
        raw=raw,
        sent=one,
        dkim=dkim_result(raw, server=settings.MAIL_SERVER),
    )
    take_message(incoming=incoming, agreement=sender.agreement, by=None, at=timezone.now())
    return True


class Command(BaseCommand):
    """Listen until stopped."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2424)

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen for mail."""
        asyncio.run(self.listen(options["host"], options["port"]))

    async def listen(self, host: str, port: int) -> None:
        """Serve every line that comes."""
        loop = asyncio.get_running_loop()

        def line() -> LMTP:
            return LMTP(Mailroom(), data_size_limit=MOST, enable_SMTPUTF8=True, loop=loop)

        server = await loop.create_server(line, host, port)
        self.stdout.write(f"LMTP on {host}:{server.sockets[0].getsockname()[1]}")
        async with server:
            await server.serve_forever()
