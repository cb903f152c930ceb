"""Reads of messages: who a sender is, what waits for a person."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from reports.agreement.models import Agreement
from reports.agreement.queries import act_kinds
from reports.channels.models import Line, Message, Sender  # noqa: F401 - doors take Line from here
from reports.people.models import User
from reports.people.permissions import require
from reports.places.folding import folded
from reports.problems import NotFound

MOST = 200  # messages a page shows


def keyed(purpose: str, text: str) -> str:
    """Return the hash something is kept as: without the site's key no number can be tried."""
    return salted_hmac(f"reports.channels.{purpose}", text, algorithm="sha256").hexdigest()


def number_hash(number: str) -> str:
    """Return what a telephone number is kept as, however it was written."""
    digits = re.sub(r"\D", "", number)
    return keyed("sender", "number:" + digits.removeprefix("00"))


def contact_hash(contact: str) -> str:
    """Return what a flow's contact is kept as: a number of its own, never of a telephone."""
    return keyed("sender", "contact:" + contact)


def mailbox_hash(token: str) -> str:
    """Return what a mailbox's token is kept as."""
    return keyed("sender", "mailbox:" + token.lower())


def sender_of(hashed: str) -> Sender | None:
    """Return whose number or mailbox it is, or None."""
    rows = Sender.objects.select_related("user", "agreement")
    return rows.filter(hashed=hashed, removed_at=None).first()


def act_words() -> dict[str, tuple[str, str]]:
    """Return {folded name of an act in any language, or its number: (code, language)}."""
    found: dict[str, tuple[str, str]] = {}
    for number, act in enumerate(act_kinds(), start=1):
        for language, name in act.names.items():
            found.setdefault(folded(name), (act.code, language))
        found[str(number)] = (act.code, "en")
    return found


def message_by_digest(*digests: str) -> Message | None:
    """Return the message that came before with these words at this time, or None."""
    return Message.objects.select_related("report").filter(digest__in=digests).first()


def waiting_messages(agreement: Agreement, user: User, *, at: datetime) -> QuerySet[Message]:
    """Return the messages nobody has handled, oldest first. Needs: report.triage."""
    require(user, "report.triage", at=at, agreement_id=agreement.pk)
    rows = Message.objects.filter(agreement=agreement, report=None, handling=None)
    return rows.order_by("received_at", "id")


def message_for_triage(user: User, message_id: object, *, at: datetime) -> Message:
    """Return a message. NotFound for whoever may not see it."""
    found = Message.objects.select_related("agreement").filter(pk=str(message_id)).first()
    if found is None:
        raise NotFound()
    require(user, "report.triage", at=at, agreement_id=found.agreement_id)
    return found
