"""Writes of recommendations: issue, answer, report compliance, assess, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import Party
from reports.agreement.queries import time_limits
from reports.intake.models import Report
from reports.intake.queries import own_report
from reports.journal.actions import move_state, record_event
from reports.journal.kinds import Kind
from reports.people.models import User
from reports.people.permissions import require
from reports.people.queries import alignment_of, liaison_party_code
from reports.problems import Invalid, MoveRefused, NotFound, Problem
from verification.adjudication.queries import decision_on
from verification.incidents.models import Incident
from verification.incidents.queries import incident_by_code
from verification.incidents.states import IncidentState
from verification.recommendations.models import (
    ComplianceEvidence,
    Recommendation,
    RecommendationNote,
)
from verification.recommendations.rules import Evidence, problems_in_evidence, problems_in_text
from verification.recommendations.states import (
    ANSWERS,
    ASSESSED,
    MOVES,
    RecommendationState,
)

LONGEST_DAYS = 3 * 365  # a recommendation for later than that is a wish


class NotNeutral(Problem):
    """Raised when somebody aligned with a party would act for the mechanism."""

    code = "not-neutral"
    status = 409
    title = gettext_lazy("Whoever acts for the mechanism here must be aligned with no party")


@transaction.atomic
def issue_recommendation(
    *,
    incident: Incident,
    party: Party,
    text: str,
    by: User,
    at: datetime,
    due_at: datetime | None = None,
) -> Recommendation:
    """Recommend something to a party on the ground of a decision.

    Needs: recommendation.assess; a chair aligned with no party; a decided incident; a party of
    its agreement. Without `due_at` the agreement's own time. Leaves: Recommendation,
    recommendation.issued. Errors: NotNeutral, MoveRefused, Invalid.
    """
    role = _require_neutral(by, incident, at)
    held = Incident.objects.select_for_update().get(pk=incident.pk)
    decision = decision_on(held)
    if held.state != IncidentState.DECIDED or decision is None:
        raise MoveRefused(_("A recommendation follows from a decision that stands."))
    if party.agreement_id != held.agreement_id:
        raise Invalid(errors={"party": [_("Choose a party of this agreement.")]})
    limit = time_limits(held.agreement_id, at=at).recommendation
    due = due_at or at + limit
    problems = {"text": found} if (found := problems_in_text(text)) else {}
    if not at < due or (due - at).days > LONGEST_DAYS:
        problems["due_on"] = [_("Choose a day that is still to come, within three years.")]
    if problems:
        raise Invalid(errors=problems)
    made = Recommendation.objects.create(
        code=f"{held.code}-R{Recommendation.objects.filter(incident=held).count() + 1}",
        incident=held,
        decision=decision,
        party=party,
        text=text.strip(),
        issued_by=by,
        issued_at=at,
        due_at=due,
    )
    record_event(
        kind=Kind.RECOMMENDATION_ISSUED,
        subject=made,
        by=by,
        at=at,
        acting_as=role,
        file_id=held.pk,
        payload={"code": made.code, "party": party.code, "due_at": due.isoformat()},
    )
    return made


def _require_neutral(by: User, incident: Incident, at: datetime) -> str:
    role = require(by, "recommendation.assess", at=at, agreement_id=incident.agreement_id)
    if alignment_of(by, at=at):
        raise NotNeutral()
    return role


def _require_addressee(by: User, one: Recommendation, at: datetime) -> str:
    role = require(by, "recommendation.answer", at=at, agreement_id=one.incident.agreement_id)
    if liaison_party_code(by, at=at) != one.party.code:
        raise NotFound()
    return role


@transaction.atomic
def answer_recommendation(
    *, recommendation: Recommendation, answer: str, text: str, by: User, at: datetime
) -> Recommendation:
    """Accept or decline for the addressee; either may be changed while it is waited for.

    Needs: recommendation.answer; a liaison of this very party. Leaves: RecommendationNote,
    recommendation.answered. Errors: NotFound for another party's liaison, Invalid, MoveRefused.
    """
    role = _require_addressee(by, recommendation, at)
    if answer not in ANSWERS:
        raise Invalid(errors={"answer": [_("Choose whether your side accepts.")]})
    _say(recommendation, to=answer, text=text, by_party=True, by=by, at=at)
    return _moved(
        recommendation, to=answer, kind=Kind.RECOMMENDATION_ANSWERED, by=by, role=role, at=at
    )


@transaction.atomic
def report_compliance(
    *,
    recommendation: Recommendation,
    text: str,
    evidence: Sequence[Evidence],
    by: User,
    at: datetime,
) -> Recommendation:
    """Report for the addressee that it complied, with at least one item of evidence.

    Needs: recommendation.answer; a liaison of this very party; reports pointed to are one's own.
    Leaves: RecommendationNote, ComplianceEvidence, recommendation.compliance_reported.
    """
    role = _require_addressee(by, recommendation, at)
    to = RecommendationState.REPORTED
    note = _say(recommendation, to=to, text=text, by_party=True, by=by, at=at, evidence=evidence)
    return _moved(
        recommendation,
        to=to,
        kind=Kind.COMPLIANCE_REPORTED,
        by=by,
        role=role,
        at=at,
        evidence=note.evidence.count(),
    )


@transaction.atomic
def assess_recommendation(
    *,
    recommendation: Recommendation,
    verdict: str,
    text: str,
    evidence: Sequence[Evidence],
    by: User,
    at: datetime,
) -> Recommendation:
    """Find for the mechanism that the party complied, or that it did not, with reasons.

    Needs: recommendation.assess; a chair aligned with no party; “not complied” without the
    party's report only once the day has passed. Leaves: RecommendationNote,
    recommendation.assessed. Errors: NotNeutral, MoveRefused, Invalid.
    """
    role = _require_neutral(by, recommendation.incident, at)
    if verdict not in ASSESSED:
        raise Invalid(errors={"verdict": [_("Choose what you find.")]})
    reported = recommendation.state in (RecommendationState.REPORTED, RecommendationState.COMPLIED)
    if not reported and at < recommendation.due_at:
        raise MoveRefused(_("The party still has time; nothing is assessed before its day."))
    _say(recommendation, to=verdict, text=text, by_party=False, by=by, at=at, evidence=evidence)
    return _moved(
        recommendation, to=verdict, kind=Kind.RECOMMENDATION_ASSESSED, by=by, role=role, at=at
    )


@transaction.atomic
def withdraw_recommendation(
    *, recommendation: Recommendation, text: str, by: User, at: datetime
) -> Recommendation:
    """Withdraw a recommendation for the mechanism, with the reason; it stays readable.

    Needs: recommendation.assess; a chair aligned with no party. Leaves: RecommendationNote,
    recommendation.withdrawn.
    """
    role = _require_neutral(by, recommendation.incident, at)
    to = RecommendationState.WITHDRAWN
    _say(recommendation, to=to, text=text, by_party=False, by=by, at=at)
    return _moved(
        recommendation, to=to, kind=Kind.RECOMMENDATION_WITHDRAWN, by=by, role=role, at=at
    )


def _moved(
    recommendation: Recommendation,
    *,
    to: str,
    kind: Kind,
    by: User,
    role: str,
    at: datetime,
    **told: int,
) -> Recommendation:
    """Move a recommendation after what was said; the event tells its code."""
    move_state(
        recommendation,
        to=to,
        moves=MOVES,
        kind=kind,
        by=by,
        at=at,
        acting_as=role,
        file_id=recommendation.incident_id,
        payload={"code": recommendation.code, **told},
    )
    return recommendation


def _say(
    recommendation: Recommendation,
    *,
    to: str,
    text: str,
    by_party: bool,
    by: User,
    at: datetime,
    evidence: Sequence[Evidence] = (),
) -> RecommendationNote:
    """Keep what was said with a move that the table allows; the move itself comes after."""
    if to not in MOVES[recommendation.state]:
        raise MoveRefused(_("This cannot be said of the recommendation as it stands now."))
    problems = {"text": problems_in_text(text)}
    problems["evidence"] = problems_in_evidence(tuple(evidence), to=to)
    rows = [] if problems["evidence"] else _evidence(recommendation, evidence, by, problems)
    if wrong := {name: found for name, found in problems.items() if found}:
        raise Invalid(_("Nothing was recorded yet."), errors=wrong)
    note = RecommendationNote.objects.create(
        recommendation=recommendation,
        to_state=to,
        by_party=by_party,
        text=text.strip(),
        given_by=by,
        given_at=at,
    )
    for row in rows:
        row.note = note
    ComplianceEvidence.objects.bulk_create(rows)
    return note


def _evidence(
    recommendation: Recommendation,
    items: Sequence[Evidence],
    by: User,
    problems: dict[str, list[str]],
) -> list[ComplianceEvidence]:
    """Return the rows for what is pointed to; only one's own reports, only this agreement's."""
    agreement_id = recommendation.incident.agreement_id
    rows: list[ComplianceEvidence] = []
    for item in items:
        report: Report | None = None
        incident: Incident | None = None
        try:
            report = own_report(by, item.receipt) if item.receipt else None
            incident = incident_by_code(item.incident) if item.incident else None
        except NotFound as problem:
            problems["evidence"].append(problem.detail)
            continue
        pointed = report or incident
        if pointed is not None and pointed.agreement_id != agreement_id:
            problems["evidence"].append(_("This belongs to another agreement."))
            continue
        rows.append(
            ComplianceEvidence(report=report, incident=incident, url=item.url, words=item.note)
        )
    return rows
