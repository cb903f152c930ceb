"""Reads of a person's own inbox, of their preferences, and of whom a mail is due to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from reports.people.models import RoleGrant, User
from reports.problems import NotFound
from verification.notifications.models import (
    Digest,
    DigestSent,
    Notification,
    NotificationPreference,
)
from verification.notifications.topics import TOPICS

MOST_COUNTED = 99  # beyond that the frame says “99+”


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person wants to be told; the default is everything, and no mail."""

    digest: str = Digest.OFF
    language: str = ""  # of the mail
    muted: tuple[str, ...] = ()
    topics: tuple[str, ...] = field(default=())  # those that can be turned off


def inbox(user: User, *, at: datetime) -> QuerySet[Notification]:
    """Return what a person was told and may still know, latest first.

    What was told under a role shows only while that role is held there.
    """
    held = RoleGrant.objects.filter(
        Q(granted_until=None) | Q(granted_until__gt=at),
        Q(agreement=None) | Q(agreement=OuterRef("agreement")),
        user=user,
        role=OuterRef("as_role"),
        granted_from__lte=at,
    )
    rows = Notification.objects.filter(Q(as_role="") | Exists(held), user=user)
    return rows.select_related("agreement").order_by("-told_at", "-id")


def unread_count(user: User, *, at: datetime) -> int:
    """Return how many messages a person has not read, counted up to a hundred."""
    if not getattr(user, "is_authenticated", False):
        return 0
    return inbox(user, at=at).filter(read_at=None)[: MOST_COUNTED + 1].count()


def notification_for(user: User, key: str, *, at: datetime) -> Notification:
    """Return one of a person's own messages; NotFound for anybody else's."""
    try:
        found = inbox(user, at=at).filter(pk=uuid.UUID(key)).first()
    except (ValidationError, ValueError) as error:
        raise NotFound() from error
    if found is None:
        raise NotFound()
    return found


def preferences_of(user: User) -> Preferences:
    """Return a person's preferences, and what can be turned off."""
    row = NotificationPreference.objects.filter(user=user).first()
    optional = tuple(code for code, topic in TOPICS.items() if not topic.must)
    if row is None:
        return Preferences(topics=optional)
    return Preferences(row.digest, row.language, tuple(row.muted), optional)


def muted_by(user_ids: Iterable[uuid.UUID], topic: str) -> set[uuid.UUID]:
    """Return which of these people have turned a topic off."""
    rows = NotificationPreference.objects.filter(user__in=user_ids, muted__contains=[topic])
    return set(rows.values_list("user_id", flat=True))


def mails_due(*, today: date) -> list[User]:
    """Return who wants a mail today, has an address, and was not sent one yet."""
    wanted = [Digest.DAILY] + ([Digest.WEEKLY] if today.isoweekday() == 1 else [])
    sent = DigestSent.objects.filter(user=OuterRef("pk"), day=today)
    rows = User.objects.filter(
        ~Exists(sent), is_active=True, notification_preference__digest__in=wanted
    ).exclude(email="")
    return list(rows.order_by("pk"))


def told_since(user: User, *, at: datetime) -> int:
    """Return how many unread messages came in the last week: old ones are no news."""
    recent = inbox(user, at=at).filter(read_at=None, told_at__gt=at - timedelta(days=7))
    return recent.count()
