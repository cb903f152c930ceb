"""Which rows an event's leaf vouches for, and what of it stands in clear.

The log lies below all rooms and is told at start-up (verification/apps.py).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from reports.evidence.models import Item, Reading
from reports.intake.models import STATEMENT_FIELDS, Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.questions.models import ASKED_FIELDS, Answer, Question
from verification.adjudication.models import Ballot, Decision
from verification.caseload.models import MissedDeadline, Procedure
from verification.corroboration.models import Statement
from verification.ledger.rows import Clear, Rows, public_bytes
from verification.publication.models import Correction, Finding
from verification.scoring.models import Fit, Score, SourceReliability
from verification.standing.models import Draw, Standing
from verification.standing.rules import fingerprint_of

Found = Mapping[uuid.UUID, Sequence[models.Model]]


def _subjects(model: type[models.Model]) -> Rows:
    """Return the rule: an event vouches for the row it is about."""

    def rows(events: Sequence[Event]) -> Found:
        found = model._default_manager.in_bulk([event.subject_id for event in events])
        return {e.pk: [found[e.subject_id]] for e in events if e.subject_id in found}

    return rows


def _readings(events: Sequence[Event]) -> Found:
    """A file that was read vouches for what was read out of it."""
    items = [event.subject_id for event in events]
    found = {row.item_id: row for row in Reading.objects.filter(item_id__in=items)}
    return {e.pk: [found[e.subject_id]] for e in events if e.subject_id in found}


def _answers(events: Sequence[Event]) -> Found:
    """An answered question vouches for its answer."""
    asked = [event.subject_id for event in events]
    found = {row.question_id: row for row in Answer.objects.filter(question__in=asked)}
    return {e.pk: [found[e.subject_id]] for e in events if e.subject_id in found}


def _decisions(events: Sequence[Event]) -> Found:
    """A decided case vouches for its decision."""
    cases = [event.subject_id for event in events]
    found = {row.case_id: row for row in Decision.objects.filter(case_id__in=cases)}
    return {e.pk: [found[e.subject_id]] for e in events if e.subject_id in found}


def _ballots(events: Sequence[Event]) -> Found:
    """A sealed ballot is told by its case, its seat and its instant."""
    cases = [event.subject_id for event in events]
    rows = Ballot.objects.filter(case_id__in=cases).select_related("seat")
    found = {(row.case_id, row.seat.number, row.sealed_at): row for row in rows}
    keys = {event.pk: (event.subject_id, event.payload.get("seat"), event.at) for event in events}
    return {pk: [found[key]] for pk, key in keys.items() if key in found}


def _standings(events: Sequence[Event]) -> Found:
    """Computed standings are told by their agreement and their instant."""
    asked = Q()
    for event in events:
        asked |= Q(agreement_id=event.subject_id, as_of=event.at)
    found: dict[tuple[Any, Any], list[models.Model]] = {}
    for row in Standing.objects.filter(asked):
        found.setdefault((row.agreement_id, row.as_of), []).append(row)
    return {e.pk: found.get((e.subject_id, e.at), []) for e in events}


def _refits(events: Sequence[Event]) -> Found:
    """A refit vouches for what it read, what it learned and the scores it gave."""
    fits = Fit.objects.in_bulk([event.subject_id for event in events])
    found: dict[uuid.UUID, list[models.Model]] = {key: [fit] for key, fit in fits.items()}
    for learned in SourceReliability.objects.filter(fit__in=fits).order_by("id"):
        found[learned.fit_id].append(learned)
    for score in Score.objects.filter(fit__in=fits, refitted=True).order_by("id"):
        found[score.fit_id].append(score)  # type: ignore[index]
    return {e.pk: found[e.subject_id] for e in events if e.subject_id in found}


def public_record(finding: Finding) -> bytes:
    """Return the bytes of a finding as it was published, whose hash stands in the log."""
    return public_bytes({"code": finding.code, "content": finding.content})


def _finding_in_clear(event: Event, rows: Sequence[models.Model]) -> dict[str, str]:
    """A published finding is named, with the hash of what the public was told."""
    for row in rows:
        if isinstance(row, Finding):
            digest = hashlib.sha256(public_record(row)).hexdigest()
            return {"id": row.code, "record": digest}
    return {}


def _draw_in_clear(event: Event, rows: Sequence[models.Model]) -> dict[str, str]:
    """A lottery shows the fingerprint of its seed: from then on nobody can take another."""
    for row in rows:
        if isinstance(row, Draw):
            return {"fingerprint": fingerprint_of(row.seed)}
    return {}


ROWS: Mapping[Kind, Rows] = {
    Kind.REPORT_FILED: _subjects(Report),
    Kind.REPORT_HANDED_IN: _subjects(Report),
    Kind.REPORT_IMPORTED: _subjects(Report),
    Kind.EVIDENCE_ADDED: _subjects(Item),
    Kind.EVIDENCE_DERIVED: _readings,
    Kind.QUESTION_ASKED: _subjects(Question),
    Kind.QUESTION_PUT: _subjects(Question),
    Kind.QUESTION_ANSWERED: _answers,
    Kind.STATEMENT_GIVEN: _subjects(Statement),
    Kind.INCIDENT_SCORED: _subjects(Score),
    Kind.BALLOT_SEALED: _ballots,
    Kind.CASE_DECIDED: _decisions,
    Kind.DEADLINE_MISSED: _subjects(MissedDeadline),
    Kind.PROCEDURE_PUBLISHED: _subjects(Procedure),
    Kind.CORRECTION_PUBLISHED: _subjects(Correction),
    Kind.FINDING_PUBLISHED: _subjects(Finding),
    Kind.SOURCES_REFITTED: _refits,
    Kind.AUDIT_DRAWN: _subjects(Draw),
    Kind.STANDING_COMPUTED: _standings,
}
CLEAR: Mapping[Kind, Clear] = {
    Kind.FINDING_PUBLISHED: _finding_in_clear,
    Kind.AUDIT_DRAWN: _draw_in_clear,
    Kind.ERASURE_DONE: lambda event, rows: {"basis": str(event.payload["basis"])},
}
FIXED: Mapping[str, Sequence[str]] = {
    Report._meta.db_table: STATEMENT_FIELDS,
    Question._meta.db_table: ASKED_FIELDS,
}
