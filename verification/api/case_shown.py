"""A case file as machines read it: an allow-list in codes, no key that tells when it was made.

It shows what the desk shows. The query decides whether score and ballots are in the file at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reports.evidence.queries import reading_of
from reports.identity import opaque
from reports.intake.queries import place_ids, where_words
from reports.people.queries import alignment_codes
from reports.places.queries import place_choices
from reports.questions.queries import Question, answer_of, is_corrected
from verification.adjudication.answers import Answers
from verification.adjudication.queries import Ballot, CaseFile, SecondBallot
from verification.publication.published_score import public_score

Row = dict[str, Any]


def case_shown(file: CaseFile, *, at: datetime) -> Row:
    """Return the file of a case for somebody it was handed out to."""
    sides = _sides(file, at)
    places = place_choices({file.incident.place_id, *place_ids(file.reports)})
    return {
        **case_line(file),
        "incident": _incident(file, places),
        "standard_of_proof": {
            "name": file.incident.agreement.standard_of_proof,
            "from": file.incident.agreement.attribution_floor,
        },
        "parties": [party.code for party in file.parties],
        "clauses": [_clause(clause, file) for clause in file.clauses],
        "reports": [
            _report(report, f"R{n}", sides, places) for n, report in enumerate(file.reports, 1)
        ],
        "statements": [
            _statement(row, f"S{n}", sides, file.incident.agreement.timezone)
            for n, row in enumerate(file.statements, 1)
        ],
        "items": [_item(one, f"E{n}", file) for n, one in enumerate(file.items, 1)],
        "questions": questions_shown(file),
        "positions": [_position(row) for row in file.positions],
        "own_ballot": ballot_shown(file.own_ballot) if file.own_ballot else None,
        "ballots": [ballot_shown(one) for one in file.ballots] if file.ballots else None,
        "second_ballots": [second_shown(one) for one in file.second_ballots]
        if file.second_ballots is not None
        else None,
        "score": public_score(file.score) if file.score is not None else None,
    }


def questions_shown(file: CaseFile) -> list[Row]:
    """Return what the authors of the reports on file were asked, and answered."""
    return [_question(one, f"Q{n}", file) for n, one in enumerate(file.questions, 1)]


def case_line(file: CaseFile) -> Row:
    """Return a case in short."""
    return {
        "id": file.case.pk,
        "state": file.case.state,
        "round": file.case.round,
        "seat": file.seat.number if file.seat is not None else None,
        "quorum": file.case.quorum,
        "seats": file.seats,
        "sealed": file.sealed,
        "ballots_due_at": file.case.ballots_due_at,
        "draft_version": file.draft.version if file.draft is not None else 0,
    }


def ballot_shown(ballot: Ballot | SecondBallot) -> Row:
    """Return a sealed ballot, by seat and never by name."""
    return {
        "seat": ballot.seat.number,
        "sealed_at": ballot.sealed_at,
        **answers_shown(ballot.answers()),
        "reasons": ballot.reasons,
        "cites": [opaque(str(key)) for key in ballot.cited_reports],
    }


def second_shown(ballot: SecondBallot) -> Row:
    """Return a second ballot with its reason and whether it confirms the one before."""
    return {**ballot_shown(ballot), "confirms": ballot.confirms, "why": ballot.why}


def answers_shown(answers: Answers) -> Row:
    """Return the five answers in codes."""
    plain = {field.name: getattr(answers, field.name) for field in fields(answers)}
    return {**plain, "parties": list(answers.parties)}


def speaker_shown(source: Any, sides: Mapping[uuid.UUID, str]) -> Row:
    """Return who speaks: persons by their work and house, never by who they are."""
    return {
        "kind": source.kind,
        "name": source.name if source.user_id is None else "",
        "organisation": source.organisation.name if source.organisation is not None else "",
        "side": sides.get(source.user_id) or sides.get(source.organisation_id) or "",
    }


def _sides(file: CaseFile, at: datetime) -> Mapping[uuid.UUID, str]:
    sources = [r.source for r in file.reports] + [s.source for s in file.statements]
    sources += [r.origin.said_by for r in file.reports]
    return alignment_codes(
        organisation_ids={source.organisation_id for source in sources},
        user_ids={source.user_id for source in sources},
        at=at,
    )


def _incident(file: CaseFile, places: Any) -> Row:
    one = file.incident
    place = places.get(one.place_id) if one.place_id else None
    return {
        "code": one.code,
        "agreement": one.agreement.slug,
        "act": one.act_id,
        "window_from": one.window_from,
        "window_until": one.window_until,
        "precision": one.time_precision,
        "place": place.label if place else "",
        "lat": one.lat,
        "lon": one.lon,
        "radius_m": one.radius_m,
        "admissibility": one.admissibility,
    }


def _clause(clause: Any, file: CaseFile) -> Row:
    acts = sorted(act.pk for act in clause.prohibits.all())
    return {
        "code": clause.code,
        "titles": clause.titles,
        "summaries": clause.summaries,
        "version": clause.version.number,
        "in_force_from": clause.version.in_force_from,
        "in_force_until": clause.version.in_force_until,
        "prohibits": acts,
        "prohibits_this_act": file.incident.act_id in acts,
    }


def _report(report: Any, number: str, sides: Mapping[uuid.UUID, str], places: Any) -> Row:
    return {
        "number": number,
        "cite": opaque(str(report.pk)),
        "state": report.state,
        "origin": opaque(str(report.origin_id)),
        "origin_kind": report.origin.kind,
        "first_said_by": speaker_shown(report.origin.said_by, sides),
        "speaker": speaker_shown(report.source, sides),
        "stance": report.stance,
        "means": report.means,
        "act": report.act_id,
        "accused_kind": report.accused_kind,
        "accused": report.accused.code if report.accused is not None else "",
        "observed_from": report.observed_from,
        "observed_until": report.observed_until,
        "time_precision": report.time_precision,
        "place": where_words(report, places),
        "place_accuracy": report.place_accuracy,
        "lat": report.lat,
        "lon": report.lon,
        "radius_m": report.radius_m,
        "observation_unit": report.observation_unit,
        "observation_count": report.observation_count,
        "count_qualifier": report.count_qualifier,
        "tolls": report.tolls,
        "weapon": report.weapon,
        "effect": report.effect,
        "narrative": report.narrative,
        "language": report.language,
        "own_confidence": report.own_confidence,
        "publisher": report.publisher,
        "url": report.source_url,
        "published_on": report.origin.published_on,
    }


def _statement(row: Any, number: str, sides: Mapping[uuid.UUID, str], zone: str) -> Row:
    return {
        "number": number,
        "cite": opaque(str(row.pk)),
        "origin": opaque(str(row.origin_id)),
        "speaker": speaker_shown(row.source, sides),
        "question": row.question,
        "party": row.party.code if row.party is not None else "",
        "says": row.says,
        "basis": row.basis,
        "note": row.note,
        # By its day, never by its hour: the hour can name who gave it.
        "given_on": row.given_at.astimezone(ZoneInfo(zone)).date(),
        "publisher": row.origin.publisher,
        "url": row.origin.url,
    }


def _item(item: Any, number: str, file: CaseFile) -> Row:
    """Return a file as the desk shows it: never its original, its device or its spot."""
    numbers = {report.pk: f"R{n}" for n, report in enumerate(file.reports, 1)}
    reading = reading_of(item)
    return {
        "number": number,
        "cite": opaque(str(item.pk)),
        "code": item.code,
        "report": numbers.get(item.report_id, ""),
        "kind": item.kind,
        "sensitivity": item.sensitivity,
        "caption": item.caption,
        "type": item.detected,
        "size": item.size,
        "sha256": item.sha256,
        "state": str(reading.outcome) if reading is not None else "waiting",
    }


def _question(question: Question, number: str, file: CaseFile) -> Row:
    """Return a question as the desk shows it: not who of the panel asked, nor the answer’s hour."""
    numbers = {report.pk: f"R{n}" for n, report in enumerate(file.reports, 1)}
    answer = answer_of(question)
    zone = ZoneInfo(file.incident.agreement.timezone)
    return {
        "number": number,
        "on_report": question.number,
        "report": numbers.get(question.report_id, ""),
        "asker": question.asker,
        "text": question.text,
        "wants": question.wants,
        "state": "corrected" if answer is None and is_corrected(question) else question.state,
        "asked_on": question.asked_at.astimezone(zone).date(),
        "due_at": question.due_at,
        "answer": answer.text if answer is not None else None,
        "language": answer.language if answer is not None else None,
        "answered_on": answer.answered_at.astimezone(zone).date() if answer is not None else None,
    }


def _position(row: Any) -> Row:
    return {
        "party": row.party.code,
        "state": row.state,
        "position": row.position,
        "reason_code": row.reason_code,
        "text": row.text,
        "documents": row.documents,
        "notified_at": row.notified_at,
        "due_at": row.due_at,
        "answered_at": row.answered_at,
        "lapsed_at": row.lapsed_at,
    }
