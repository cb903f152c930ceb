"""Reads of keys: one's own, everybody's for the operator, and the quotas they count against."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from reports.keys.models import AccessToken, Quota, QuotaUse
from reports.keys.rules import QUOTAS, QuotaLane, Span, Spent, began, left_of
from reports.people.models import ApiKey, User
from reports.people.permissions import may, require
from reports.people.queries import user_by_api_key
from reports.problems import NotFound

OWN, ALL = "key.manage", "people.manage"


@dataclass(frozen=True, slots=True)
class KeyInHand:
    """A key as it was shown: whose it is, and what may be done with it just now."""

    user: User
    key: ApiKey


def key_in_hand(token: str, *, at: datetime) -> KeyInHand | None:
    """Return whose key or short token this is; None if unknown, expired or revoked.

    Of a token, the key's scopes are those of the token. Both are looked up in the database each
    time: whatever was revoked is gone with the next request.
    """
    if "." in token:
        found = user_by_api_key(token, at=at)
        return KeyInHand(*found) if found else None
    hashed = hashlib.sha256(token.encode()).hexdigest()
    rows = AccessToken.objects.select_related("key__user")
    row = rows.filter(hashed=hashed, expires_at__gt=at).first()
    if row is None or not is_good(row.key, at=at):
        return None
    row.key.scopes = [scope for scope in row.scopes if scope in row.key.scopes]
    row.key.lent = True
    return KeyInHand(row.key.user, row.key)


def is_good(key: ApiKey, *, at: datetime) -> bool:
    """Answer whether a key opens anything now."""
    return key.revoked_at is None and key.expires_at > at and key.user.is_active


def own_keys(user: User, *, at: datetime) -> QuerySet[ApiKey]:
    """Return a partner's own keys, latest first. Errors: NotAllowed."""
    require(user, OWN, at=at)
    return ApiKey.objects.filter(user=user).order_by("-issued_at", "-id")


def all_keys(user: User, *, at: datetime) -> QuerySet[ApiKey]:
    """Return every key there is, latest first; for the operator. Errors: NotAllowed."""
    require(user, ALL, at=at)
    return ApiKey.objects.select_related("user").order_by("-issued_at", "-id")


def key_for(user: User, prefix: str, *, at: datetime, own: bool = False) -> ApiKey:
    """Return one's own key by its prefix, or any for the operator (unless `own`); else NotFound."""
    row = ApiKey.objects.select_related("user").filter(prefix=prefix).first()
    theirs = row is not None and row.user_id == user.pk and bool(may(user, OWN, at=at))
    if row is None or not (theirs or (not own and may(user, ALL, at=at))):
        raise NotFound("There is no such key.")
    return row


def quotas_of(user: User) -> Mapping[tuple[str, str], int]:
    """Return {(lane, span): how many requests} of one person."""
    found = dict(QUOTAS)
    for row in Quota.objects.filter(user=user):
        found[row.lane, Span.MINUTE] = row.per_minute
        found[row.lane, Span.DAY] = row.per_day
    return found


def use_of(user: User, *, at: datetime) -> list[Spent]:
    """Return every running count of one person, without counting anything."""
    quotas = quotas_of(user)
    rows = {(row.lane, row.span): row for row in QuotaUse.objects.filter(user=user)}
    found = []
    for lane in QuotaLane.values:
        for span in Span.values:
            row = rows.get((lane, span))
            used = row.used if row is not None and row.began == began(span, at) else 0
            found.append(Spent(lane, span, quotas[lane, span], used, left_of(span, at)))
    return found
