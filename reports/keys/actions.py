"""Writes about keys at work: rotate, lend as a token, count, set a quota."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.keys.models import AccessToken, Quota
from reports.keys.queries import OWN, is_good
from reports.keys.rules import MOST, QUOTAS, QuotaLane, Span, Spent, began, left_of
from reports.people.actions import fresh_key
from reports.people.models import ApiKey, User
from reports.people.permissions import require
from reports.people.rules import OVERLAP
from reports.problems import Invalid, NotAllowed, StaleState

# Quota and both spans in one statement, always locked in the same order. A count that is over
# stays where it is, so that refused requests do not make it any longer.
_COUNT = """
WITH most AS (
    SELECT COALESCE(own.per_minute, %(most_minute)s) AS minute,
           COALESCE(own.per_day, %(most_day)s) AS day
      FROM (SELECT 1) AS one
      LEFT JOIN reports_quota AS own ON own.user_id = %(user)s AND own.lane = %(lane)s)
INSERT INTO reports_quotause AS seen (user_id, lane, span, began, used)
VALUES (%(user)s, %(lane)s, 'minute', %(minute)s, 1), (%(user)s, %(lane)s, 'day', %(day)s, 1)
    ON CONFLICT (user_id, lane, span) DO UPDATE
   SET used = CASE WHEN seen.began <> EXCLUDED.began THEN 1
                   ELSE LEAST(seen.used, (SELECT CASE seen.span WHEN 'minute' THEN most.minute
                                                  ELSE most.day END FROM most)) + 1 END,
       began = EXCLUDED.began
RETURNING seen.span, seen.used,
          (SELECT CASE seen.span WHEN 'minute' THEN most.minute ELSE most.day END FROM most)
"""


@transaction.atomic
def rotate_api_key(
    *, key: ApiKey, renew: bool, by: User, at: datetime, in_hand: ApiKey | None = None
) -> tuple[ApiKey, str]:
    """Make a key's successor, with the same scopes; return it with its token, shown this once.

    Needs: key.manage, and that it is one's own; a key that is good now. The old one goes on for a
    day at most. `renew` lets the new one last as long as the old one did from its issue on; a
    machine rotates without: no key prolongs itself. `in_hand` is the key a machine shows: it makes
    its own successor alone, which may no more than it, and a token it lent makes none.
    Leaves: ApiKey, key.rotated. Errors: NotAllowed, StaleState.
    """
    acting_as = require(by, OWN, at=at)
    if key.user_id != by.pk:
        raise NotAllowed(_("This key is somebody else’s."))
    if in_hand is not None and (in_hand.lent or in_hand.pk != key.pk):
        raise NotAllowed("By machine a key rotates itself alone; a token that it lent cannot.")
    held = ApiKey.objects.select_for_update(of=("self",)).select_related("user").get(pk=key.pk)
    if not is_good(held, at=at) or held.rotated_at is not None:
        raise StaleState("This key was rotated or has ended already.")
    lasts = at + (held.expires_at - held.issued_at) if renew else held.expires_at
    scopes = [one for one in held.scopes if in_hand is None or one in in_hand.scopes]
    made, token = fresh_key(user=by, label=held.label, scopes=scopes, at=at, expires_at=lasts)
    held.rotated_at, held.expires_at = at, min(held.expires_at, at + OVERLAP)
    held.save(update_fields=["rotated_at", "expires_at"])
    record_event(
        kind=Kind.KEY_ROTATED,
        subject=made,
        by=by,
        at=at,
        acting_as=acting_as,
        payload={"before": held.prefix},
    )
    return made, token


@transaction.atomic
def set_quota(
    *, user: User, lane: str, per_minute: int, per_day: int, by: User | None, at: datetime
) -> Quota:
    """Give a person a quota of their own in one lane. `by=None` is the command line.

    Needs: people.manage. Leaves: Quota, quota.set. Errors: NotAllowed, Invalid.
    """
    acting_as = "operator" if by is None else require(by, "people.manage", at=at)
    if lane not in QuotaLane.values:
        raise Invalid(errors={"lane": [_("One of these is not known here.")]})
    if not 1 <= per_minute <= per_day <= MOST:
        raise Invalid("A day holds at least a minute, and a minute one request.")
    quota, _made = Quota.objects.update_or_create(
        user=user,
        lane=lane,
        defaults={"per_minute": per_minute, "per_day": per_day, "set_at": at},
    )
    record_event(
        kind=Kind.QUOTA_SET,
        subject=quota,
        by=by,
        at=at,
        acting_as=acting_as,
        payload={"lane": lane, "per_minute": per_minute, "per_day": per_day},
    )
    return quota


def count_request(*, user: User, lane: str, at: datetime) -> list[Spent]:
    """Count one request of a person; return the running counts of its lane."""
    at = at.astimezone(UTC)
    values: dict[str, Any] = {
        "user": user.pk,
        "lane": lane,
        "minute": began(Span.MINUTE, at),
        "day": began(Span.DAY, at),
        "most_minute": QUOTAS[lane, Span.MINUTE],
        "most_day": QUOTAS[lane, Span.DAY],
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        found = {span: (most, used) for span, used, most in cursor.fetchall()}
    return [Spent(lane, span, *found[span], left_of(span, at)) for span in Span.values]


def note_key_use(*, key: ApiKey, at: datetime) -> None:
    """Note on which day a key was last used, once a day; nothing of where from."""
    today = at.astimezone(UTC).date()
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
        key.last_used_on = today


def lend_token(
    *, key: ApiKey, token: str, scopes: Collection[str], lifetime: timedelta, at: datetime
) -> None:
    """Keep a short token (its hash) that may do some of what its key may; it ends with the key."""
    AccessToken.objects.create(
        key=key,
        hashed=hashlib.sha256(token.encode()).hexdigest(),
        scopes=sorted(scopes),
        expires_at=at + lifetime,
    )


def drop_tokens(*, at: datetime) -> int:
    """Delete the tokens that have ended; return how many; may run twice."""
    return AccessToken.objects.filter(expires_at__lte=at).delete()[0]
