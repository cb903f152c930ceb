"""Messages to partners' endpoints: queued with what they tell, sent until they arrive or end.

Queueing is part of the transaction of the change or of the handler that follows it. Sending is
not: a message is claimed with a lease, sent, and what came of it is written down. Whatever dies in
between, it is sent again: at least once, under the same id.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from standardwebhooks.webhooks import Webhook

from reports.intake.queries import reports_by_id
from reports.journal.drain import FAILURES
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.people.models import User
from reports.people.permissions import may
from reports.problems import StaleState
from verification.partners.models import (
    Attempt,
    Change,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    Step,
    Told,
)
from verification.partners.queries import has_new_score
from verification.partners.reaching import Answered, send
from verification.partners.rules import TRIED_FOR, VERB, next_try
from verification.partners.sealing import unsealed

log = logging.getLogger(__name__)
BATCH = 50  # messages of one turn
BUDGET_S = 20.0  # seconds after which a turn sends no further message
LINKED = frozenset({Kind.REPORT_LINKED, Kind.INCIDENT_OPENED})  # both tell of a link
LINES = 8  # messages on their way at once, each to another endpoint
LEASE_S = 60  # seconds a sender may hold a message before another may take it

OF_CHANGES = {
    (Told.FINDING, Step.ADDED): "finding.published",
    (Told.CORRECTION, Step.ADDED): "finding.corrected",
    (Told.BULLETIN, Step.ADDED): "bulletin.released",
}
TAKEN_IN_TURN = 0x434C4D31  # the lock of whoever claims a message
ADDRESSES = {
    "report.accepted": "api-report",
    "report.linked": "api-report",
    "finding.published": "api-finding",
    "finding.corrected": "api-finding",
    "score.changed": "api-finding",
    "bulletin.released": "bulletin",
}

# One message to an endpoint at a time: a slow receiver holds up its own messages alone.
_CLAIM = """
UPDATE verification_delivery SET attempts = attempts + 1,
       leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
 WHERE id = (
   SELECT mine.id FROM verification_delivery mine
     JOIN verification_endpoint there ON there.id = mine.endpoint_id
    WHERE mine.state = 'waiting' AND there.state = 'active' AND mine.next_at <= %(at)s
      AND NOT (mine.endpoint_id = ANY(%(slow)s::uuid[]))
      AND NOT EXISTS (SELECT 1 FROM verification_delivery other
                       WHERE other.endpoint_id = mine.endpoint_id AND other.state = 'waiting'
                         AND other.leased_until > clock_timestamp())
    ORDER BY mine.next_at, mine.id
    FOR UPDATE OF mine SKIP LOCKED LIMIT 1)
RETURNING id, attempts
"""


def queue_of_report(*, event: Event, at: datetime) -> int:
    """Queue what a partner is told of a report of their own; once for each event."""
    linked = event.kind in LINKED
    topic = "report.linked" if linked else "report.accepted"
    report_id = event.payload["report"] if linked else event.subject_id
    queued = 0
    for report in reports_by_id([report_id]):
        endpoints = Endpoint.objects.filter(owner=report.filed_by_id, agreement=report.agreement_id)
        queued += _queue(endpoints, topic, report.receipt, f"event {event.pk}", at)
    return queued


def queue_of_changes(*, changes: Iterable[Change], at: datetime) -> int:
    """Queue what every partner is told of what the feed has just told; part of its transaction."""
    queued = 0
    for change in changes:
        topic = OF_CHANGES.get((Told(change.what), Step(change.step)))
        if topic is None:
            continue
        endpoints, key = Endpoint.objects.filter(agreement=change.agreement_id), change.position
        queued += _queue(endpoints, topic, change.code, f"change {key}", at)
        if topic == "finding.corrected" and has_new_score(change.code):
            queued += _queue(endpoints, "score.changed", change.code, f"score {key}", at)
    return queued


def _queue(endpoints: Any, topic: str, about: str, key: str, at: datetime) -> int:
    standing = endpoints.filter(state__in=(EndpointState.ACTIVE, EndpointState.PAUSED))
    rows = [
        Delivery(
            endpoint=one,
            key=key,
            topic=topic,
            about=about,
            queued_at=at,
            next_at=at,
            ends_at=at + TRIED_FOR,
        )
        for one in standing.filter(topics__contains=[topic])
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def deliver_due(*, at: datetime) -> int:
    """Send the messages that are due, some at once; return how many tries were made.

    May run twice and beside itself. Only the sending is done in threads: rows are claimed and
    written here. An endpoint that did not take a message is left alone for the rest of the turn.
    """
    tried, slow = 0, set[uuid.UUID]()
    stop_at = time.monotonic() + BUDGET_S
    under_way: dict[Future[Answered], tuple[Delivery, int]] = {}
    with ThreadPoolExecutor(LINES, thread_name_prefix="webhook") as lines:
        while True:
            while len(under_way) < LINES and tried < BATCH and time.monotonic() < stop_at:
                claimed = _claim(at, slow)
                if claimed is None:
                    break
                delivery = Delivery.objects.select_related("endpoint__owner").get(pk=claimed[0])
                under_way[lines.submit(_sending(delivery, at))] = (delivery, claimed[1])
                tried += 1
            if not under_way:
                return tried
            for answer in wait(under_way, return_when=FIRST_COMPLETED).done:
                delivery, attempt = under_way.pop(answer)
                if not _write_down(delivery, _came_of(answer), attempt=attempt, at=at):
                    slow.add(delivery.endpoint_id)


def _came_of(answer: Future[Answered]) -> Answered:
    """Return what came of a message; a fault of ours is that of this message alone."""
    try:
        return answer.result()
    except FAILURES as error:
        return _failed(error)


def _failed(error: BaseException) -> Answered:
    log.error("a message to an endpoint failed here: %s", type(error).__name__)
    return Answered("failed", None, 0)


def _claim(at: datetime, slow: set[uuid.UUID]) -> tuple[uuid.UUID, int] | None:
    with transaction.atomic(), connection.cursor() as cursor:
        # In turn, so that two who claim at once never take two messages to one endpoint.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TAKEN_IN_TURN])
        cursor.execute(_CLAIM, {"lease": LEASE_S, "at": at, "slow": list(slow)})
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def _sending(delivery: Delivery, at: datetime) -> Callable[[], Answered]:
    """Return what sends a claimed message; it asks no row any more."""
    endpoint = delivery.endpoint
    owner: User = endpoint.owner
    if endpoint.secret is None or not may(owner, VERB, at=at, agreement_id=endpoint.agreement_id):
        return partial(Answered, "not_allowed", None, 0)
    if endpoint.state != EndpointState.ACTIVE:  # paused since it was claimed: it waits
        return partial(Answered, "not_active", None, 0)
    try:
        body = message_of(delivery)
        headers = headers_of(delivery, body, at=at)
    except FAILURES as error:
        return partial(_failed, error)
    return partial(
        send,
        endpoint.url,
        body,
        headers,
        loopback=settings.WEBHOOK_LOOPBACK,
        patience=settings.WEBHOOK_PATIENCE_S,
    )


def note_try(*, delivery: Delivery, answered: Answered, at: datetime) -> bool:
    """Write down a try that was made at another time, as one made now would be; True if it arrived.

    For a message that waits. Errors: StaleState.
    """
    with transaction.atomic():
        held = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint")
        row = held.get(pk=delivery.pk)
        if row.state != DeliveryState.WAITING:
            raise StaleState("This message does not wait.")
        attempt = row.attempts + 1
        Delivery.objects.filter(pk=row.pk).update(attempts=attempt)
        return _write_down(row, answered, attempt=attempt, at=at)


def _write_down(delivery: Delivery, answered: Answered, *, attempt: int, at: datetime) -> bool:
    """Write down what came of a message; return whether it arrived."""
    with transaction.atomic():
        # The attempt number is the fencing token: a sender whose lease ran out changes nothing.
        held = Delivery.objects.select_for_update().filter(pk=delivery.pk, attempts=attempt)
        if not held.exists():
            return False
        Attempt.objects.create(
            delivery=delivery,
            at=at,
            outcome=answered.outcome,
            status=answered.status,
            took_ms=answered.took_ms,
        )
        held.update(leased_until=None, **_after(delivery, answered.outcome, attempt, at))
        if answered.outcome == "gone":
            standing = Endpoint.objects.filter(pk=delivery.endpoint_id, state=EndpointState.ACTIVE)
            standing.update(state=EndpointState.STOPPED, changed_at=at)
    return answered.outcome == "delivered"


def _after(delivery: Delivery, outcome: str, attempt: int, at: datetime) -> dict[str, Any]:
    if outcome == "delivered":
        return {"state": DeliveryState.DELIVERED}
    again = next_try(delivery.pk, attempt, at)
    if outcome in ("gone", "not_allowed") or again > delivery.ends_at:
        return {"state": DeliveryState.GIVEN_UP}
    return {"next_at": again}


def message_of(delivery: Delivery) -> bytes:
    """Return the body: what kind of thing happened, to which record, and where to read it."""
    told = delivery.queued_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    path = reverse(ADDRESSES[delivery.topic], args=[delivery.about])
    body = {
        "type": delivery.topic,
        "timestamp": told.isoformat().replace("+00:00", "Z"),
        "data": {"id": delivery.about, "url": f"{settings.SITE_ORIGIN}{path}"},
    }
    return json.dumps(body).encode()


def headers_of(delivery: Delivery, body: bytes, *, at: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks; while a secret is changed, a signature by each."""
    endpoint, message = delivery.endpoint, f"msg_{delivery.pk.hex}"
    secrets = [endpoint.secret]
    if endpoint.earlier_until is not None and at < endpoint.earlier_until:
        secrets.append(endpoint.earlier_secret)
    signatures = [
        Webhook(unsealed(bytes(one), endpoint.pk)).sign(message, at, body.decode())
        for one in secrets
        if one is not None
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "ceasefire-reports",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
