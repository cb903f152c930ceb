"""Celery tasks of the judgement: what the clock brings."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from reports.agreement.queries import agreements
from verification.caseload.actions import escalate_overdue
from verification.caseload.actions import publish_procedure as publish_changed_procedure
from verification.corroboration.actions import lapse_overdue_positions
from verification.standing.actions import recompute_standing


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


@shared_task(name="verification.tasks.publish_procedure")
def publish_procedure(**_: Any) -> bool:
    """Publish the procedure if it changed since its last version; may run twice."""
    return publish_changed_procedure(at=timezone.now()) is not None
