"""Writes about what people are told. No event: to be told, to read and to prefer are no acts."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.journal.models import Event
from reports.people.models import User
from reports.problems import Invalid
from verification.notifications.audience import messages_of
from verification.notifications.models import (
    Digest,
    DigestSent,
    Notification,
    NotificationPreference,
)
from verification.notifications.queries import (
    inbox,
    mails_due,
    muted_by,
    preferences_of,
    told_since,
)
from verification.notifications.topics import TOPICS

log = logging.getLogger(__name__)


def tell(*, event: Event, at: datetime) -> int:
    """Tell everybody concerned of an event, each once; return how many messages there are.

    Leaves: a Notification per person; nothing on a repeat. A topic that can be turned off is not
    told to those who did.
    """
    messages = messages_of(event)
    silent = {
        topic: muted_by([m.user_id for m in messages if m.topic == topic], topic)
        for topic in {message.topic for message in messages if not TOPICS[message.topic].must}
    }
    rows = [
        Notification(
            user_id=message.user_id,
            event=event,
            agreement_id=message.agreement_id,
            as_role=message.as_role,
            topic=message.topic,
            key=message.key,
            about=message.about,
            told_at=at,
        )
        for message in messages
        if message.user_id not in silent.get(message.topic, ())
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def mark_read(*, notification: Notification, by: User, at: datetime) -> Notification:
    """Mark one's own message as read; a second time changes nothing. Leaves: its read_at."""
    own = Notification.objects.filter(pk=notification.pk, user=by, read_at=None)
    if own.update(read_at=at):
        notification.read_at = at
    return notification


def mark_all_read(*, by: User, at: datetime) -> int:
    """Mark all of one's own messages as read; return how many were not. Leaves: their read_at."""
    shown = inbox(by, at=at).filter(read_at=None, told_at__lte=at).values("pk")
    return int(Notification.objects.filter(pk__in=shown).update(read_at=at))


@transaction.atomic
def set_preferences(
    *, digest: str, muted: Collection[str], language: str, by: User, at: datetime
) -> NotificationPreference:
    """Keep what a person wants to be told, and whether they want the counting mail.

    Needs: an own account; an address for the mail; topics that can be turned off.
    Leaves: NotificationPreference. Errors: Invalid.
    """
    problems: dict[str, list[str]] = {}
    if digest not in Digest.values:
        problems["digest"] = [_("Choose how often.")]
    elif digest != Digest.OFF and not by.email:
        problems["digest"] = [_("Your account has no e-mail address. Ask the operator.")]
    if any(topic not in TOPICS or TOPICS[topic].must for topic in muted):
        problems["muted"] = [_("This message cannot be turned off.")]
    if problems:
        raise Invalid(errors=problems)
    row, _made = NotificationPreference.objects.update_or_create(
        user=by,
        defaults={"digest": digest, "muted": sorted(set(muted)), "language": language[:10]},
    )
    return row


def send_digests(*, at: datetime) -> int:
    """Send the counting mail to everybody who wants one today and has news; return how many.

    Repeatable: the day is marked in the transaction in which the mail is handed over, so a crash
    in between may send one twice, never lose it. A server that does not answer is tried again.
    """
    sent = 0
    for user in mails_due(today=at.date()):
        unread = told_since(user, at=at)
        if unread and send_digest(user=user, unread=unread, at=at):
            sent += 1
    return sent


def send_digest(*, user: User, unread: int, at: datetime) -> bool:
    """Hand over one person's mail of the day; False if it was sent already or could not be.

    Leaves: DigestSent.
    """
    try:
        with transaction.atomic():
            DigestSent.objects.create(user=user, day=at.date(), sent_at=at)
            digest_mail(user, unread).send(fail_silently=False)
    except IntegrityError:
        return False
    except (smtplib.SMTPException, OSError) as error:
        log.warning("the digest was not taken: %s", type(error).__name__)
        return False
    return True


def digest_mail(user: User, unread: int) -> EmailMessage:
    """Return the mail: how many messages wait, and nothing of what they are about or where.

    It may be read on a locked screen or by whoever holds the phone, so it names no site either.
    """
    language = preferences_of(user).language or settings.LANGUAGE_CODE
    with translation.override(language):
        count = ngettext(
            "%(n)s unread message waits for you.", "%(n)s unread messages wait for you.", unread
        ) % {"n": unread}
        closing = _("Sign in where you usually do to read. This mail never says more than that.")
        return EmailMessage(
            subject=_("Unread messages"), body=f"{count}\n\n{closing}\n", to=[user.email]
        )
