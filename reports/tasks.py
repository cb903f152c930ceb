"""Celery tasks of the record: the answer to the doorbell."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from reports.evidence.actions import check_originals, read_waiting
from reports.evidence.actions import sweep_orphans as sweep_storage
from reports.imports.actions.requests import sweep_imports as sweep_files
from reports.imports.running import run_going
from reports.journal.doorbell import ring, ring_for_imports
from reports.journal.drain import drain as drain_journal
from reports.keys.actions import drop_tokens
from reports.open_door.actions import forget_passes
from reports.openrosa.actions import forget_nonces
from reports.questions.actions import expire_questions
from reports.repeats.actions import forget_answers as forget
from reports.timestamps.actions import stamp_waiting
from reports.uploads.actions import sweep_uploads as sweep


@shared_task(name="reports.tasks.check_evidence")
def check_evidence(**_: Any) -> int:
    """Read a slice of the originals again, and what was never read; return how many; may repeat."""
    read_waiting(at=timezone.now())
    return check_originals(at=timezone.now())


@shared_task(name="reports.tasks.sweep_uploads")
def sweep_uploads(**_: Any) -> int:
    """Throw away what is late of unfinished uploads; return how many; may run twice."""
    return sweep(at=timezone.now())


@shared_task(name="reports.tasks.forget_answers")
def forget_answers(**_: Any) -> int:
    """Forget answers too old to be asked for again; return how many; may run twice."""
    return forget(at=timezone.now())


@shared_task(name="reports.tasks.sweep_orphans")
def sweep_orphans(**_: Any) -> int:
    """Remove stored files that belong to no row; return how many; may run twice."""
    return sweep_storage(at=timezone.now())


@shared_task(name="reports.tasks.let_questions_expire")
def let_questions_expire(**_: Any) -> int:
    """Record which questions were not answered in their time; may run twice."""
    return expire_questions(at=timezone.now())


@shared_task(name="reports.tasks.shut_the_door_behind")
def shut_the_door_behind(**_: Any) -> int:
    """Forget used passes and old invites, and answers to old challenges; may run twice."""
    forget_nonces(at=timezone.now())
    return forget_passes(at=timezone.now())


@shared_task(name="reports.tasks.drop_ended_tokens")
def drop_ended_tokens(**_: Any) -> int:
    """Delete access tokens that have ended; return how many; may run twice."""
    return drop_tokens(at=timezone.now())


@shared_task(name="reports.tasks.stamp_evidence")
def stamp_evidence(**_: Any) -> int:
    """Have sealed files vouched for, where the site has an authority; may run twice."""
    return stamp_waiting(at=timezone.now())


@shared_task(name="reports.tasks.drain")
def drain(**_: Any) -> int:
    """Run the journal's waiting jobs; whoever rang and why does not matter."""
    ran = drain_journal()
    if ran:  # more may have come meanwhile: look again, after others had their turn
        ring()
    return ran


@shared_task(name="reports.tasks.run_imports")
def run_imports(**_: Any) -> int:
    """Take in rows of files that are under way; return how many batches; may run twice at once."""
    batches = run_going(clock=timezone.now)
    if batches:  # more is left, perhaps: look again, after others had their turn
        ring_for_imports()
    return batches


@shared_task(name="reports.tasks.sweep_imports")
def sweep_imports(**_: Any) -> int:
    """Remove the files of imports that are over for a while; may run twice."""
    return sweep_files(at=timezone.now())
