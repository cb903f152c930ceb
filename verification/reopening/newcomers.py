"""Rows that came onto a decided file -> what the rule on contradictions reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reports.intake.choices import Stance
from reports.intake.models import Report
from reports.people.models import Source
from reports.people.queries import alignment_codes
from verification.adjudication.models import Decision
from verification.corroboration.choices import Question, Says
from verification.corroboration.models import Statement
from verification.corroboration.queries import statements_on
from verification.corroboration.rules import Provenance, is_independent
from verification.incidents.models import Incident
from verification.incidents.queries import active_links
from verification.reopening.choices import Ground
from verification.reopening.rules import Decided, Newcomer

SAYS = {Says.SUPPORTS: True, Says.CONTRADICTS: False}


def decided_as(decision: Decision) -> Decided:
    """Return a decision as the rule reads it."""
    return Decided(outcome=decision.outcome, parties=frozenset(decision.parties))


def report_as_newcomer(report: Report, decision: Decision, *, at: datetime) -> Newcomer:
    """Return a report that was linked after the decision as the rule reads it."""
    denies = report.stance == Stance.DENIES
    admits = report.stance == Stance.ADMITS
    aligned = _aligned(report.source, at=at)
    named = report.accused.code if report.accused is not None else ""
    if admits and not named:
        named = aligned
    return Newcomer(
        occurred=not denies,
        party=named,
        actor=True if named and not denies else None,
        aligned=aligned,
        independent=_is_new(report.source, str(report.origin_id), decision),
        admits=admits and named == aligned,
    )


def statement_as_newcomer(statement: Statement, decision: Decision, *, at: datetime) -> Newcomer:
    """Return a statement that was given after the decision as the rule reads it."""
    says = SAYS.get(Says(statement.says))
    on_actor = statement.question == Question.ACTOR
    return Newcomer(
        occurred=None if on_actor else says,
        party=statement.party.code if statement.party is not None else "",
        actor=says if on_actor else None,
        aligned=_aligned(statement.source, at=at),
        independent=_is_new(statement.source, str(statement.origin_id), decision),
    )


def ground_of(report: Report | None) -> Ground:
    """Return the ground on which new material is put to the chair."""
    if report is None or report.stance != Stance.FINDS:
        is_admission = report is not None and report.stance == Stance.ADMITS
        return Ground.ADMISSION if is_admission else Ground.NEW_EVIDENCE
    return Ground.OTHER_FINDING


def _aligned(source: Source, *, at: datetime) -> str:
    codes = alignment_codes(
        organisation_ids=[source.organisation_id], user_ids=[source.user_id], at=at
    )
    return next(iter(codes.values()), "")


def _is_new(source: Source, origin: str, decision: Decision) -> bool:
    """Answer whether something is independent of all that was on file when it was decided."""
    mine = _provenance(source, origin)
    return all(is_independent(mine, other) for other in _on_file(decision))


def _on_file(decision: Decision) -> Iterable[Provenance]:
    incident: Incident = decision.incident
    for link in active_links(incident):
        if link.linked_at <= decision.decided_at:
            yield _provenance(link.report.source, str(link.report.origin_id))
    for statement in statements_on(incident):
        if statement.given_at <= decision.decided_at:
            yield _provenance(statement.source, str(statement.origin_id))


def _provenance(source: Source, origin: str) -> Provenance:
    return Provenance(str(source.pk), str(source.organisation_id or ""), origin)
