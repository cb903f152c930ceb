"""The procedure in words: every state, every step between them, who takes it and what it needs.

States and moves are read from the tables the program itself obeys; only the words stand here. A
test holds that every move has its words and that no words speak of a move that cannot be made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from reports.agreement.rules import TimeLimits
from reports.intake import states as reports
from verification.adjudication import states as cases
from verification.caseload.rules import Step
from verification.corroboration import states as positions
from verification.incidents import states as incidents
from verification.recommendations import states as recommendations
from verification.reopening import states as reopenings

ADDRESSEE = _("Liaison of the party it is addressed to")
TRIAGE, CHAIR, CLOCK = _("Triage officer"), _("Chair"), _("The clock")
SECOND = _("A second chair or reviewer, of no side, who had no hand in the decision")


@dataclass(frozen=True, slots=True)
class Move:
    """Who takes a step, what it needs, and the deadline it is under ('' if none)."""

    who: object
    needs: object
    within: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of record with its states and the words of its moves."""

    key: str
    title: object
    states: type[Any]
    moves: Mapping[Any, Any]
    words: Mapping[tuple[str, str], Move]


RECORDS: Sequence[Record] = (
    Record(
        "report",
        _("A report"),
        reports.ReportState,
        reports.MOVES,
        {
            ("filed", "accepted"): Move(
                TRIAGE, _("The report says what, when and where."), Step.TRIAGE
            ),
            ("filed", "rejected"): Move(
                TRIAGE, _("A reason, which its author reads."), Step.TRIAGE
            ),
            ("filed", "withdrawn"): Move(_("Its author"), _("Nothing. Triage still sees it.")),
            ("accepted", "withdrawn"): Move(
                _("Its author"), _("Nothing. What was decided on it stays decided.")
            ),
            ("rejected", "filed"): Move(TRIAGE, _("The rejection is undone.")),
        },
    ),
    Record(
        "incident",
        _("An incident"),
        incidents.IncidentState,
        incidents.MOVES,
        {
            ("open", "under_review"): Move(
                CHAIR, _("A panel seated by rule and draw. Not where the tests say “outside”.")
            ),
            ("open", "merged"): Move(
                TRIAGE, _("A reason; both incidents are open. It can be undone.")
            ),
            ("open", "inadmissible"): Move(
                TRIAGE,
                _("A test of period, area or actors says “outside”; a published ruling."),
                Step.DECISION,
            ),
            ("under_review", "decided"): Move(
                CHAIR, _("With the decision of its case."), Step.DECISION
            ),
            ("decided", "reopened"): Move(
                CHAIR,
                _(
                    "A request on a ground of the closed list is admitted, with reasons, by "
                    "somebody who had no hand in the decision."
                ),
            ),
            ("reopened", "under_review"): Move(
                CHAIR,
                _("A new panel; those who decided before are fewer than half of it."),
            ),
            ("merged", "open"): Move(
                TRIAGE, _("The merge is undone, while no panel has the other incident.")
            ),
        },
    ),
    Record(
        "position",
        _("A party’s position"),
        positions.PositionState,
        positions.MOVES,
        {
            ("awaited", "answered"): Move(
                _("Liaison of the accused party"),
                _("One answer, with its reason where the party denies or disputes."),
                Step.REPLY,
            ),
            ("awaited", "lapsed"): Move(CLOCK, _("The deadline passes without an answer.")),
            ("lapsed", "answered"): Move(
                _("Liaison of the accused party"),
                _("A late answer, until the panel decides. It is marked as late."),
            ),
        },
    ),
    Record(
        "case",
        _("A case before a panel"),
        cases.CaseState,
        cases.MOVES,
        {
            ("balloting", "decided"): Move(
                CHAIR,
                _(
                    "Every seated reviewer has sealed a ballot, or the time for ballots is over "
                    "with the quorum met; every accused party has answered or its deadline has "
                    "passed; nobody who sits has a conflict of interest; reasons that cite."
                ),
                Step.DECISION,
            ),
        },
    ),
    Record(
        "reopening",
        _("A request to reopen a decided case"),
        reopenings.ReopeningState,
        reopenings.MOVES,
        {
            ("asked", "admitted"): Move(
                CHAIR, _("Reasons, published; a chair who had no hand in the decision.")
            ),
            ("asked", "refused"): Move(
                CHAIR, _("Reasons, published; a chair who had no hand in the decision.")
            ),
            ("asked", "proposed"): Move(CHAIR, _("A chair who had a hand in the decision.")),
            ("asked", "joined"): Move(CHAIR, _("Another request on this decision is admitted.")),
            ("asked", "withdrawn"): Move(_("Who asked"), _("Nothing. It can be asked again.")),
            ("proposed", "admitted"): Move(SECOND, _("They agree with what is proposed.")),
            ("proposed", "refused"): Move(SECOND, _("They agree with what is proposed.")),
            ("proposed", "asked"): Move(
                SECOND, _("They do not agree, or the chair takes the proposal back.")
            ),
            ("proposed", "joined"): Move(CHAIR, _("Another request on this decision is admitted.")),
            ("proposed", "withdrawn"): Move(_("Who asked"), _("Nothing. It can be asked again.")),
        },
    ),
    Record(
        "recommendation",
        _("A recommendation"),
        recommendations.RecommendationState,
        recommendations.MOVES,
        {
            **dict.fromkeys(
                [("issued", "accepted_by_party"), ("declined_by_party", "accepted_by_party")],
                Move(ADDRESSEE, _("What the party means to do."), Step.RECOMMENDATION),
            ),
            **dict.fromkeys(
                [("issued", "declined_by_party"), ("accepted_by_party", "declined_by_party")],
                Move(ADDRESSEE, _("Why the party declines."), Step.RECOMMENDATION),
            ),
            **dict.fromkeys(
                [
                    (before, "compliance_reported")
                    for before in ("issued", "accepted_by_party", "declined_by_party")
                ],
                Move(ADDRESSEE, _("At least one item of evidence."), Step.RECOMMENDATION),
            ),
            ("not_complied", "compliance_reported"): Move(
                ADDRESSEE, _("At least one item of evidence; late compliance is compliance.")
            ),
            ("compliance_reported", "complied"): Move(CHAIR, _("Reasons, which are published.")),
            ("compliance_reported", "not_complied"): Move(
                CHAIR, _("Reasons, which are published.")
            ),
            **dict.fromkeys(
                [
                    (before, "not_complied")
                    for before in ("issued", "accepted_by_party", "declined_by_party")
                ],
                Move(CHAIR, _("The day has passed; reasons, which are published.")),
            ),
            ("complied", "not_complied"): Move(CHAIR, _("What was done has been undone; reasons.")),
            **dict.fromkeys(
                [
                    (before, "recommendation_withdrawn")
                    for before in (
                        *("issued", "accepted_by_party", "declined_by_party"),
                        *("compliance_reported", "not_complied"),
                    )
                ],
                Move(CHAIR, _("A reason, which is published.")),
            ),
        },
    ),
)

LIMIT_WORDS: Sequence[tuple[str, object, object]] = (
    ("triage", Step.TRIAGE.label, _("from when the report was received")),
    ("reply", Step.REPLY.label, _("from when the party was notified")),
    ("ballots", Step.BALLOTS.label, _("from when the panel was seated")),
    (
        "decision",
        Step.DECISION.label,
        _("from the first notice to an accused party, or from the opening where nobody is accused"),
    ),
    (
        "recommendation",
        Step.RECOMMENDATION.label,
        _("from when it was issued, unless it names another day"),
    ),
)


def in_words(texts: Sequence[tuple[str, datetime, TimeLimits]]) -> dict[str, Any]:
    """Return the whole procedure as plain values, in English: what is published and hashed.

    `texts` gives (agreement, in force from, limits) for every version of every agreement.
    """
    with translation.override("en"):
        return {
            "records": [_record(record) for record in RECORDS],
            "limits": [
                {
                    "agreement": slug,
                    "version": limits.version,
                    "in_force_from": begins.isoformat(),
                    "hours": {
                        name: int(getattr(limits, name).total_seconds() // 3600)
                        for name, _label, _since in LIMIT_WORDS
                    },
                }
                for slug, begins, limits in texts
            ],
        }


def _record(record: Record) -> dict[str, Any]:
    return {
        "key": record.key,
        "title": str(record.title),
        "states": [
            {
                "key": str(state),
                "label": str(state.label),
                "moves": [
                    _move(record, str(state), target)
                    for target in record.states
                    if target in record.moves[state]
                ],
            }
            for state in record.states
        ],
    }


def _move(record: Record, before: str, target: Any) -> dict[str, str]:
    words = record.words.get((before, str(target)), Move("", ""))
    return {
        "to": str(target),
        "label": str(target.label),
        "who": str(words.who),
        "needs": str(words.needs),
        "within": str(words.within),
    }


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return which steps a later version added and took away: (record, from, to) in English."""
    first, second = _steps(before), _steps(after)
    return {
        "added": [step for step in second if step not in first],
        "removed": [step for step in first if step not in second],
    }


def _steps(content: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (record["title"], state["label"], move["label"])
        for record in content["records"]
        for state in record["states"]
        for move in state["moves"]
    ]
