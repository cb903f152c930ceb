"""A decided case, those who may answer for it anew, and material that contradicts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reports.intake.actions import accept_report, file_report
from reports.intake.drafts import OriginDraft
from reports.intake.models import Report
from reports.people.actions import (
    grant_role,
    record_alignment,
    register_organisation,
    register_source,
    register_user,
)
from reports.people.models import Organisation, Source, User
from tests.factories import (
    LATER,
    PASSWORD,
    SET_UP_AT,
    World,
    a_case,
    a_draft,
    seal_all,
    settle,
    some_answers,
    ticks,
)
from tests.remembered import remembered
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.answers import Answers
from verification.adjudication.models import Case, Decision
from verification.corroboration.actions import lapse_overdue_positions
from verification.incidents.actions import link_report
from verification.incidents.models import Incident
from verification.publication.models import Correction
from verification.reopening.actions import Request, admit_reopening, ask_reopening
from verification.reopening.models import Reopening

MONTHS_LATER = LATER + timedelta(days=90)
WHY = "A body of neither side went there and names who launched it."
REASON = "The finding is new, independent and answers what the panel left open."


@dataclass(frozen=True)
class Reserve:
    """People who had no hand in the first decision."""

    deputy: User  # a second chair, no reviewer
    arm: User
    aze: User
    neutral: User
    inquiry: Source  # a body aligned with no party


def a_reserve(world: World) -> Reserve:
    """Give the mission a second chair, a second panel, and an inquiry that speaks in public."""

    def person(name: str, role: str, side: str = "") -> User:
        house = an_organisation(f"house-{name}")
        made = register_user(
            username=name,
            display_name=name,
            organisation=house,
            password=PASSWORD,
            by=None,
            at=SET_UP_AT,
        )
        if side:
            record_alignment(
                party=world.agreement.parties.get(code=side),
                user=made,
                reason="Named to the panel by this side.",
                aligned_from=SET_UP_AT,
                by=None,
                at=SET_UP_AT,
            )
        grant_role(user=made, role=role, agreement=world.agreement, by=None, at=SET_UP_AT)
        return made

    return Reserve(
        deputy=person("deputy", "chair"),
        arm=person("reserve-arm", "reviewer", "ARM"),
        aze=person("reserve-aze", "reviewer", "AZE"),
        neutral=person("reserve-neutral", "reviewer"),
        inquiry=register_source(
            key="inquiry",
            name="Inquiry",
            kind="ngo",
            organisation=an_organisation("inquiry"),
            by=None,
            at=SET_UP_AT,
        ),
    )


def an_organisation(key: str) -> Organisation:
    return register_organisation(key=key, name=key, kind="civil_society", by=None, at=SET_UP_AT)


NOT_ATTRIBUTED = some_answers(
    attribution="not_attributable",
    parties=(),
    attribution_likelihood="roughly_even",
    attribution_confidence="low",
)


def a_decided(
    world: World, answers: Answers = NOT_ATTRIBUTED, incident: Incident | None = None
) -> Decision:
    """Decide an incident: it happened, it is a breach, and who did it cannot be said."""
    if incident is None:
        case = a_case(world)
        name = ("a decision", answers, bool(ticks))
        return remembered(name, lambda: _decided(world, case, answers))
    return _decided(world, a_case(world, incident), answers)


def _decided(world: World, case: Case, answers: Answers) -> Decision:
    seal_all(case, answers)
    lapse_overdue_positions(at=LATER)
    decision = decide_case(
        case=case, reasons="As the ballots say, all three.", by=world.chair, at=LATER
    )
    settle()
    return decision


def a_finding_of_others(world: World, source: Source, **changes: Any) -> Report:
    """File and accept an independent body's published finding that names Armenia."""
    said: dict[str, Any] = {
        "speaker": source,
        "stance": "finds",
        "means": "saw",
        "accused_kind": "party",
        "accused_code": "ARM",
        "origin": OriginDraft(kind="investigation", url=f"https://news.example/{source.key}"),
    }
    draft = a_draft(world, **{**said, **changes})
    report = file_report(draft=draft, by=world.filer, at=MONTHS_LATER).report
    return accept_report(report=report, by=world.triage, at=MONTHS_LATER)


def linked_late(world: World, report: Report, incident: Incident) -> None:
    """Link a report to a decided incident, and run all that follows."""
    link_report(
        report=report,
        incident=incident,
        why="The same night and city.",
        by=world.triage,
        at=MONTHS_LATER,
    )
    settle()


def asked(
    world: World, decision: Decision, *, by: User | None = None, at: datetime = MONTHS_LATER
) -> Reopening:
    """Let the accused party's liaison (or `by`) ask for a reopening."""
    return ask_reopening(
        incident=decision.incident,
        request=Request("new_evidence", WHY),
        by=by or world.liaison_arm,
        at=at,
    )


def a_correction(
    world: World, reserve: Reserve, *, days: int = 1, answers: Answers | None = None
) -> Correction:
    """Decide an incident, reopen it on a party's request and decide it again, attributed."""
    first, at = a_decided(world), MONTHS_LATER + timedelta(days=days)
    admit_reopening(reopening=asked(world, first), reason=REASON, by=reserve.deputy, at=at)
    settle()
    case = a_case(world, Incident.objects.get(pk=first.incident_id), at=at)
    seal_all(case, answers or some_answers(), at=at)
    heard = at + timedelta(days=4)  # the second hearing is over
    lapse_overdue_positions(at=heard)
    decide_case(case=case, reasons=REASON, by=world.chair, at=heard)
    settle()
    return Correction.objects.get(corrected__decision=first)
