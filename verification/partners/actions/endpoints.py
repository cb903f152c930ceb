"""Writes of partners' endpoints. No event: where somebody wants to be told is theirs alone."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.people.models import User
from reports.people.permissions import require
from reports.problems import Invalid, StaleState
from verification.partners.models import Delivery, DeliveryState, Endpoint, EndpointState
from verification.partners.rules import (
    MOST_ENDPOINTS,
    OVERLAP,
    TOPICS,
    TRIED_FOR,
    VERB,
    fault_of,
)
from verification.partners.sealing import new_secret, sealed

MOST_REPLAYED = 1000


@transaction.atomic
def register_endpoint(
    *, agreement: Agreement, url: str, topics: Collection[str], by: User, at: datetime
) -> tuple[Endpoint, str]:
    """Register where a partner wants to be told; return it with its secret, shown this once.

    Needs: webhook.manage; an address that may be reached; known topics.
    Leaves: Endpoint. Errors: Invalid.
    """
    require(by, VERB, at=at, agreement_id=agreement.pk)
    User.objects.select_for_update().get(pk=by.pk)  # so that two at once count each other
    problems = _topic_faults(topics)
    if fault := fault_of(url, loopback=settings.WEBHOOK_LOOPBACK):
        problems["url"] = [fault]
    standing = Endpoint.objects.filter(owner=by).exclude(state=EndpointState.REMOVED)
    if standing.count() >= MOST_ENDPOINTS:
        words = _("You have %(most)s endpoints already: remove one first.")
        problems["url"] = [words % {"most": MOST_ENDPOINTS}]
    if problems:
        raise Invalid(errors=problems)
    secret = new_secret()
    endpoint = Endpoint(
        owner=by, agreement=agreement, url=url, topics=_known(topics), made_at=at, changed_at=at
    )
    endpoint.secret = sealed(secret, endpoint.pk)
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid(errors={"url": [_("You registered this address already.")]}) from error
    return endpoint, secret


def change_endpoint(
    *, endpoint: Endpoint, topics: Collection[str], paused: bool, by: User, at: datetime
) -> Endpoint:
    """Choose topics anew, pause or go on; one that had stopped goes on again.

    Needs: webhook.manage; the version that was read. Leaves: the endpoint changed; what waited
    while it was paused goes out once it goes on. Errors: Invalid, StaleState.
    """
    require(by, VERB, at=at, agreement_id=endpoint.agreement_id)
    if problems := _topic_faults(topics):
        raise Invalid(errors=problems)
    state = EndpointState.PAUSED if paused else EndpointState.ACTIVE
    return _changed(endpoint, by, at, topics=_known(topics), state=state)


def rotate_secret(*, endpoint: Endpoint, by: User, at: datetime) -> tuple[Endpoint, str]:
    """Make a new secret and return it, shown this once; the one before signs for a day more.

    Needs: webhook.manage. Leaves: both secrets, sealed. Errors: StaleState.
    """
    require(by, VERB, at=at, agreement_id=endpoint.agreement_id)
    secret = new_secret()
    changed = _changed(
        endpoint,
        by,
        at,
        secret=sealed(secret, endpoint.pk),
        earlier_secret=endpoint.secret,
        earlier_until=at + OVERLAP,
    )
    return changed, secret


def remove_endpoint(*, endpoint: Endpoint, by: User, at: datetime) -> None:
    """Remove an endpoint: its secrets go, what waits is given up, its log of deliveries closes.

    Leaves: the endpoint removed. Errors: StaleState.
    """
    require(by, VERB, at=at, agreement_id=endpoint.agreement_id)
    with transaction.atomic():
        _changed(
            endpoint,
            by,
            at,
            state=EndpointState.REMOVED,
            secret=None,
            earlier_secret=None,
            earlier_until=None,
        )
        waiting = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
        waiting.update(state=DeliveryState.GIVEN_UP)


def replay_deliveries(
    *,
    endpoint: Endpoint,
    ids: Collection[uuid.UUID] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    by: User,
    at: datetime,
) -> int:
    """Send messages again, by their ids or by when they were queued; return how many.

    They keep their ids, by which a receiver knows what it has had.
    Needs: webhook.manage. Leaves: deliveries that wait anew. Errors: Invalid.
    """
    require(by, VERB, at=at, agreement_id=endpoint.agreement_id)
    if not ids and since is None:
        raise Invalid(errors={"ids": [_("Name the messages, or from when on.")]})
    found = Delivery.objects.filter(endpoint=endpoint, endpoint__owner=by)
    found = found.exclude(state=DeliveryState.WAITING)
    if ids:
        found = found.filter(pk__in=list(ids)[:MOST_REPLAYED])
    if since is not None:
        found = found.filter(queued_at__gte=since)
    if until is not None:
        found = found.filter(queued_at__lt=until)
    some = found.order_by("queued_at", "pk").values("pk")[:MOST_REPLAYED]
    return Delivery.objects.filter(pk__in=some).update(
        state=DeliveryState.WAITING, attempts=0, next_at=at, ends_at=at + TRIED_FOR
    )


def _changed(endpoint: Endpoint, by: User, at: datetime, **values: Any) -> Endpoint:
    """Change the row as it was read. Errors: StaleState if it was changed or removed since."""
    rows = Endpoint.objects.filter(pk=endpoint.pk, owner=by, version=endpoint.version)
    rows = rows.exclude(state=EndpointState.REMOVED)
    if rows.update(**values, changed_at=at, version=F("version") + 1) != 1:
        raise StaleState(_("This endpoint was changed since you read it."))
    endpoint.refresh_from_db()
    return endpoint


def _topic_faults(topics: Collection[str]) -> dict[str, list[str]]:
    if not topics:
        return {"topics": [_("Choose at least one.")]}
    if set(topics) - set(TOPICS):
        return {"topics": [_("One of these is not known here.")]}
    return {}


def _known(topics: Collection[str]) -> list[str]:
    return [topic for topic in TOPICS if topic in topics]
