"""Celery tasks of the judgement: what the clock brings."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import shared_task
from django.utils import timezone

from reports.agreement.queries import agreements
from verification.adjudication.queries import decided_candidates
from verification.archive.queries import judged_here
from verification.bulletins.actions import draft_due_bulletins
from verification.bundles.actions import destroy_bundles
from verification.bundles.queries import spent_bundles
from verification.caseload.actions import escalate_overdue
from verification.caseload.actions import publish_procedure as publish_changed_procedure
from verification.corroboration.actions import lapse_overdue_positions
from verification.ledger.actions.sequencer import append_leaves, sign_log
from verification.ledger.actions.witnesses import gather_cosignatures
from verification.ledger.signing import SignerSilent
from verification.notifications.actions import send_digests as send_due_digests
from verification.partners.actions.deliveries import deliver_due
from verification.partners.actions.feed import tell_changes
from verification.publication.actions import keep_public_rows as keep_marked_rows
from verification.scoring.actions import refit_sources as refit_all_sources
from verification.standing.actions import recompute_standing
from verification.standing.queries import audited_incidents
from verification.withholding.actions import end_withholdings

KEEPING_S = 20.0  # seconds after which the keeper starts no further turn
log = logging.getLogger(__name__)


@shared_task(name="verification.tasks.integrate")
def integrate(**_: Any) -> int:
    """Take what was done into the log and have it signed; may run twice.

    A silent signer only makes the log late: pages say so, and the next tick tries again.
    """
    at = timezone.now()
    added = append_leaves(at=at)
    try:
        sign_log(at=at)
    except SignerSilent as silence:
        log.warning("the log is not signed: %s", silence)
    for problem in gather_cosignatures(at=timezone.now()):
        log.error("a checkpoint is not cosigned: %s", problem)
    tell_changes(at=timezone.now())
    return added


@shared_task(name="verification.tasks.keep_public_rows")
def keep_public_rows(**_: Any) -> int:
    """Bring the public rows up to date; return how many marks were worked off; may run twice.

    What is withheld for a time is let go first, so that it shows as soon as it may; what changed
    is then told in the feed.
    """
    end_withholdings(at=timezone.now())
    kept = total = keep_marked_rows()
    stop_at = time.monotonic() + KEEPING_S
    while kept and time.monotonic() < stop_at:
        kept = keep_marked_rows()
        total += kept
    tell_changes(at=timezone.now())
    return total


@shared_task(name="verification.tasks.record_silences")
def record_silences(**_: Any) -> int:
    """Record the silence of every party whose deadline has passed; may run twice."""
    return lapse_overdue_positions(at=timezone.now())


@shared_task(name="verification.tasks.recompute_standings")
def recompute_standings(**_: Any) -> int:
    """Recompute the standings of every agreement; return how many rows are new; may run twice."""
    at = timezone.now()
    return sum(len(recompute_standing(agreement=agreement, at=at)) for agreement in agreements())


@shared_task(name="verification.tasks.escalate_deadlines")
def escalate_deadlines(**_: Any) -> int:
    """Tell of every step that was not taken in its time; may run twice."""
    return escalate_overdue(at=timezone.now())


@shared_task(name="verification.tasks.draft_bulletins")
def draft_bulletins(**_: Any) -> int:
    """Draft the bulletin of every day that is over and has none; may run twice."""
    return draft_due_bulletins(at=timezone.now())


@shared_task(name="verification.tasks.publish_procedure")
def publish_procedure(**_: Any) -> bool:
    """Publish the procedure if it changed since its last version; may run twice."""
    return publish_changed_procedure(at=timezone.now()) is not None


@shared_task(name="verification.tasks.refit_sources")
def refit_sources(**_: Any) -> int:
    """Learn all sources anew wherever something changed; return how many fits stand."""
    at = timezone.now()
    fits = [
        refit_all_sources(
            agreement=one,
            gold=decided_candidates(one.pk),
            audited=audited_incidents(one.pk),
            at=at,
        )
        for one in judged_here()
    ]
    return sum(fit is not None for fit in fits)


@shared_task(name="verification.tasks.send_digests")
def send_digests(**_: Any) -> int:
    """Send the day's counting mails; may run twice."""
    return send_due_digests(at=timezone.now())


@shared_task(name="verification.tasks.destroy_spent_bundles")
def destroy_spent_bundles(**_: Any) -> int:
    """Destroy bundles of evidence whose time is over; return how many; may run twice."""
    return destroy_bundles(bundles=spent_bundles(at=timezone.now()))


@shared_task(name="verification.tasks.deliver_webhooks")
def deliver_webhooks(**_: Any) -> int:
    """Send what waits for partners' machines; return how many tries were made; may run twice."""
    return deliver_due(at=timezone.now())
