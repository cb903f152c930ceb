"""What the demo cast can do: one function per verb of seeds/scenarios/*.json.

Each looks whether it was done on an earlier run and then returns False. At the end stands DEEDS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError

from reports.agreement.models import Agreement
from reports.agreement.queries import parties_of
from reports.intake.models import Report
from reports.people.models import User
from reports.people.queries import source_by_key, user_by_username
from verification.adjudication.actions.ballots import BallotDraft, seal_ballot
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import (
    declare_interest,
    open_case,
    recuse_reviewer,
)
from verification.adjudication.answers import Answers
from verification.adjudication.models import Ballot, Case, Seat
from verification.adjudication.states import CaseState
from verification.corroboration.actions import (
    Answer,
    StatementDraft,
    answer_notice,
    extend_deadline,
    give_statement,
    lapse_position,
    notify_accused,
)
from verification.corroboration.models import PartyPosition, Statement
from verification.corroboration.replies import DESCRIPTION_MOST, DOCUMENTS_MOST, Document
from verification.corroboration.states import PositionState
from verification.incidents.actions import link_report, open_incident, rule_inadmissible
from verification.incidents.models import Incident, Link
from verification.incidents.states import IncidentState
from verification.linking.actions import tie_incidents
from verification.linking.queries import ties_of
from verification.management.seeding.claims import report_of, with_speakers
from verification.management.seeding.files import Row
from verification.recommendations.actions import (
    answer_recommendation,
    issue_recommendation,
    report_compliance,
)
from verification.recommendations.models import Recommendation
from verification.recommendations.queries import on_incident
from verification.recommendations.rules import Evidence
from verification.reopening.actions import admit_reopening
from verification.reopening.models import Reopening
from verification.reopening.states import WAITING

NEUTRAL = "neutral"
READS_FOR = timedelta(hours=1)  # between opening a case, declaring, and sealing a ballot


@dataclass
class Story:
    """What the deeds share: the agreement, its claims, and which claim opens which incident."""

    agreement: Agreement
    claims: dict[str, Row]
    openers: dict[str, str]  # incident key -> claim id
    notices: dict[str, datetime]  # incident key -> when the accused party is notified
    people: dict[str, User] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)  # only for what never changes

    def person(self, username: str) -> User:
        """Return a member of the cast."""
        if username not in self.people:
            found = user_by_username(username)
            if found is None:
                raise CommandError(f"The cast has no “{username}”.")
            self.people[username] = found
        return self.people[username]

    def report(self, claim_id: str) -> Report:
        """Return a claim's report; its state may be an old one (actions read it anew)."""
        if claim_id not in self.reports:
            found = report_of(claim_id)
            if found is None:
                raise CommandError(f"The claim {claim_id} is not filed: seeds are out of order.")
            self.reports[claim_id] = found
        return self.reports[claim_id]

    def incident(self, key: str) -> Incident:
        """Return an incident of the scenario, as it is now."""
        link = _first_link(self.report(self.openers[key]))
        if link is None:
            raise CommandError(f"The incident {key} is not open yet: seeds are out of order.")
        return Incident.objects.select_related("agreement").get(pk=link.incident_id)

    def case(self, key: str, event: Mapping[str, Any]) -> Case:
        """Return the case on an incident in which an event plays: the first, if it says none."""
        return Case.objects.select_related("incident__agreement").get(
            incident=self.incident(key), round=round_of(event)
        )

    def cited(self, event: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the ids of the reports an event cites."""
        return tuple(str(self.report(claim).pk) for claim in event["cites"])

    def said(self, text: str) -> str:
        """Return a text as readers see it, with speakers for our claim ids."""
        return with_speakers(text, self.claims)


def round_of(event: Mapping[str, Any]) -> int:
    """Return in which round of a case an event plays."""
    return int(event.get("round", 1))


def _first_link(report: Report) -> Link | None:
    """Return a report's first link, ended or not: what people undid later stays undone."""
    return Link.objects.filter(report=report).order_by("linked_at", "id").first()


def do_open_incident(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Open the incident; its notice bears the scenario's instant, before the rule gives its own."""
    report = story.report(event["claim"])
    if _first_link(report) is not None:
        return False
    incident = open_incident(report=report, why="", by=story.person(event["by"]), at=at)
    if key in story.notices:
        notify_accused(incident=incident, at=story.notices[key])
    return True


def do_link_report(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Link a report, unless the machine did because it is an exact copy."""
    report = story.report(event["claim"])
    if _first_link(report) is not None:
        return False
    link_report(
        report=report,
        incident=story.incident(key),
        why=story.said(event["why"]),
        by=story.person(event["by"]),
        at=at,
    )
    return True


def do_tie_incidents(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Tie two incidents of one exchange."""
    incident, other = story.incident(key), story.incident(event["other"])
    if ties_of(incident):
        return False
    why, by = story.said(event["why"]), story.person(event["by"])
    tie_incidents(incident=incident, other=other, why=why, by=by, at=at)
    return True


def do_give_statement(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Give a monitor's reading of claims; what supports carries the origin of what it read."""
    incident, by = story.incident(key), story.person(event["by"])
    if Statement.objects.filter(incident=incident, given_by=by, given_at=at).exists():
        return False
    read = [story.report(claim) for claim in event["cites"]]
    relays = [str(r.origin_id) for r in read if event["origin"] and r.origin.key == event["origin"]]
    draft = StatementDraft(
        question=event["question"],
        says=event["says"],
        basis=event["basis"],
        note=story.said(event["note"]),
        party_code=event["party"] or "",
        speaker=source_by_key(event["speaker"]) if event["speaker"] else None,
        relays=relays[0] if relays else "",
    )
    give_statement(incident=incident, draft=draft, by=by, at=at)
    return True


def _position(story: Story, key: str, event: Mapping[str, Any]) -> PartyPosition:
    return PartyPosition.objects.select_related("incident", "party").get(
        incident=story.incident(key), party__code=event["party"], hearing=round_of(event)
    )


def _documents(story: Story, event: Mapping[str, Any]) -> tuple[Document, ...]:
    """Return where the public denial stands that an answer was entered from."""
    found = []
    for row in (story.claims[claim] for claim in event["cites"]):
        if row["source_url"]:
            published = f"The denial as published by {row['publisher']}, {row['reported_on']}"
            found.append(Document(row["source_url"], published[:DESCRIPTION_MOST]))
    return tuple(found[:DOCUMENTS_MOST])


def do_answer_position(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Answer for the accused party, from its public denial."""
    position = _position(story, key, event)
    if position.state == PositionState.ANSWERED:
        return False
    answer = Answer(
        position=event["position"],
        reason_code=event["reason_code"],
        text=story.said(event["text"]),
        documents=_documents(story, event),
    )
    answer_notice(position=position, answer=answer, by=story.person(event["by"]), at=at)
    return True


def do_extend_deadline(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Give a party more time to answer, once."""
    position = _position(story, key, event)
    if position.state != PositionState.AWAITED or position.first_due_at is not None:
        return False
    until = position.due_at + timedelta(hours=event["hours"])
    by, reason = story.person(event["by"]), event["reason"]
    extend_deadline(position=position, until=until, reason=reason, by=by, at=at)
    return True


def do_lapse_position(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Let the clock record a silence."""
    position = _position(story, key, event)
    if position.state != PositionState.AWAITED:
        return False
    lapse_position(position=position, at=at)
    return True


def do_open_case(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Open a case; the panel is drawn by rule, with a seed anyone can repeat."""
    incident = story.incident(key)
    number = round_of(event)
    if incident.cases.filter(round=number).exists():
        return False
    seed = f"{story.agreement.slug}/{key}" + (f"/{number}" if number > 1 else "")
    open_case(incident=incident, by=story.person(event["by"]), at=at, seed=seed)
    return True


def _seat(case: Case, event: Mapping[str, Any]) -> Seat:
    """Return the seat of the alignment an event names: who sits there was drawn."""
    side = "" if event["seat"] == NEUTRAL else event["seat"]
    return case.seats.select_related("reviewer").get(alignment=side, recused_at=None)


def do_recuse_reviewer(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Let a member declare a conflict; the rules seat somebody else."""
    case = story.case(key, event)
    if case.seats.filter(recused_at__isnull=False).exists():
        return False
    by = _seat(case, event).reviewer
    recuse_reviewer(case=case, reason=event["reason"], by=by, at=at)
    return True


def do_declare_interest(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Let whoever sits in the seat declare that nothing ties them to the case."""
    case = story.case(key, event)
    seat = _seat(case, event)
    if seat.declared_at is not None or case.state == CaseState.DECIDED:
        return False
    declare_interest(case=case, by=seat.reviewer, at=at)
    return True


def do_cast_ballot(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Seal the ballot of whoever sits in the seat."""
    case = story.case(key, event)
    seat = _seat(case, event)
    if case.state == CaseState.DECIDED or Ballot.objects.filter(seat=seat).exists():
        return False
    draft = BallotDraft(
        answers=answers_of(event["answers"]),
        reasons=story.said(event["reasons"]),
        cited=story.cited(event),
    )
    if seat.declared_at is None:
        declare_interest(case=case, by=seat.reviewer, at=at - READS_FOR)
    seal_ballot(case=case, draft=draft, by=seat.reviewer, at=at)
    return True


def answers_of(given: Mapping[str, Any]) -> Answers:
    """Return a scenario's answers as a ballot's."""

    def part(question: str, name: str) -> str:
        return str(given[question][name] or "")

    return Answers(
        occurrence=part("occurrence", "answer"),
        occurrence_likelihood=part("occurrence", "likelihood"),
        occurrence_confidence=part("occurrence", "confidence"),
        breach=part("breach", "answer"),
        breach_likelihood=part("breach", "likelihood"),
        breach_confidence=part("breach", "confidence"),
        clause=part("clause", "answer"),
        attribution=part("attribution", "answer"),
        parties=tuple(given["attribution"]["parties"]),
        attribution_likelihood=part("attribution", "likelihood"),
        attribution_confidence=part("attribution", "confidence"),
        intent=part("intent", "answer"),
        intent_confidence=part("intent", "confidence"),
        severity=given["severity"] or "",
    )


def do_decide_case(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Seal the decision; the answers come from the ballots, never from the scenario."""
    case = story.case(key, event)
    if case.state == CaseState.DECIDED:
        return False
    reasons = story.said(event["reasons"])
    decide_case(case=case, reasons=reasons, by=story.person(event["by"]), at=at)
    return True


def do_admit_reopening(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Admit what the rule put to the chair; the case comes back."""
    asked = Reopening.objects.filter(incident=story.incident(key)).order_by("number").first()
    if asked is None or asked.state not in WAITING:
        return False
    reason = story.said(event["reason"])
    admit_reopening(reopening=asked, reason=reason, by=story.person(event["by"]), at=at)
    return True


def do_rule_inadmissible(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Rule that the incident lies outside the agreement."""
    incident = story.incident(key)
    if incident.state != IncidentState.OPEN:
        return False
    ruling = story.said(event["reason"])
    rule_inadmissible(incident=incident, ruling=ruling, by=story.person(event["by"]), at=at)
    return True


def _recommended(story: Story, key: str, number: int) -> Recommendation:
    return on_incident(story.incident(key))[number - 1]


def do_issue_recommendation(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Recommend something to a party after the decision."""
    incident = story.incident(key)
    if any(one.text == event["text"] for one in on_incident(incident)):
        return False
    party = next(p for p in parties_of(story.agreement.pk) if p.code == event["party"])
    by = story.person(event["by"])
    issue_recommendation(incident=incident, party=party, text=event["text"], by=by, at=at)
    return True


def do_answer_recommendation(
    story: Story, key: str, event: Mapping[str, Any], at: datetime
) -> bool:
    """Let the addressee accept or decline."""
    one = _recommended(story, key, event["number"])
    if one.notes.filter(given_at=at).exists():
        return False
    by = story.person(event["by"])
    answer_recommendation(
        recommendation=one, answer=event["answer"], text=event["text"], by=by, at=at
    )
    return True


def do_report_compliance(story: Story, key: str, event: Mapping[str, Any], at: datetime) -> bool:
    """Let the addressee report that it complied, pointing to the incident on record."""
    one = _recommended(story, key, event["number"])
    if one.notes.filter(given_at=at).exists():
        return False
    report_compliance(
        recommendation=one,
        text=event["text"],
        evidence=(Evidence(incident=one.incident.code),),
        by=story.person(event["by"]),
        at=at,
    )
    return True


Deed = Callable[[Story, str, Mapping[str, Any], datetime], bool]

DEEDS: Mapping[str, Deed] = {
    "open_incident": do_open_incident,
    "link_report": do_link_report,
    "tie_incidents": do_tie_incidents,
    "give_statement": do_give_statement,
    "answer_position": do_answer_position,
    "extend_deadline": do_extend_deadline,
    "lapse_position": do_lapse_position,
    "open_case": do_open_case,
    "recuse_reviewer": do_recuse_reviewer,
    "declare_interest": do_declare_interest,
    "cast_ballot": do_cast_ballot,
    "decide_case": do_decide_case,
    "issue_recommendation": do_issue_recommendation,
    "answer_recommendation": do_answer_recommendation,
    "report_compliance": do_report_compliance,
    "admit_reopening": do_admit_reopening,
    "rule_inadmissible": do_rule_inadmissible,
}
