"""Rows of the record -> statements the engine reads; and back to names people read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reports.agreement.models import Party
from reports.agreement.queries import parties_of
from reports.intake.choices import AccusedKind, Means, Stance
from reports.intake.models import Report
from reports.people.models import Source
from reports.people.queries import alignment_spans
from verification.corroboration.choices import Position
from verification.corroboration.models import PartyPosition, Statement
from verification.corroboration.rules import Provenance, independent_groups
from verification.engine.labels import Says, label_of_answer
from verification.engine.statements import StatementRow
from verification.incidents.models import Incident
from verification.scoring.files import File, files_of
from verification.scoring.rules import BASIS_TRUST

NEUTRAL_GROUPS = ("media", "monitor", "ngo", "partner", "public", "sensor", "third_state")
OTHER, NONE = "other", "none"  # candidates besides the parties' codes

BASIS_OF_MEANS = {
    Means.SAW: "eyewitness",
    Means.HEARD: "eyewitness",
    Means.RECORDED: "imagery",
    Means.MEASURED: "sensor",
    Means.TOLD: "hearsay",
}


@dataclass(frozen=True, slots=True)
class Input:
    """One statement as the engine reads it, with the names behind it."""

    kind: str  # report | statement | position
    row_id: str
    source: str
    organisation: str
    origin: str
    group: str  # a party's code, or one of NEUTRAL_GROUPS
    aligned: bool
    basis: str
    says: str
    party: str
    relayed: bool
    label: str  # how a page names who says so
    public: bool = False  # a named speaker or party, not a person with an account


def inputs_of(incident: Incident) -> list[Input]:
    """Return everything said about a case file, as the engine reads it, oldest first."""
    return inputs_of_files([incident.pk])[incident.pk]


def inputs_of_files(incident_ids: Collection[UUID]) -> dict[UUID, list[Input]]:
    """Return {incident: its inputs} of many case files, in a handful of queries for all."""
    files = files_of(incident_ids)
    spoken = [report.source for file in files.values() for report in file.reports]
    spoken += [statement.source for file in files.values() for statement in file.statements]
    side = sides_of(spoken)
    return {key: _inputs_of_file(file, side) for key, file in files.items()}


Side = Callable[[Source, datetime], str]  # with which party a source stood then, '' if none


def sides_of(sources: Collection[Source]) -> Side:
    """Return with which party each of these sources stood at an instant.

    What somebody said counts by where they stood when they said it: who changes sides is two
    sources, and nobody becomes neutral afterwards.
    """
    spans = alignment_spans(
        organisation_ids={source.organisation_id for source in sources},
        user_ids={source.user_id for source in sources},
    )

    def side(source: Source, then: datetime) -> str:
        for key in (source.user_id, source.organisation_id):
            for begins, ends, code in reversed(spans.get(key, ()) if key is not None else ()):
                if begins <= then and (ends is None or then < ends):
                    return code
        return ""

    return side


def _inputs_of_file(file: File, side: Side) -> list[Input]:
    accused = sorted({r.accused.code for r in file.reports if r.accused is not None})
    seen_origins: set[object] = set()
    found: list[Input] = []
    for report in file.reports:
        stood = side(report.source, report.received_at)
        said = _said_by_report(report, stood, accused)
        relayed = report.origin_id in seen_origins
        seen_origins.add(report.origin_id)
        if said is not None:
            found.append(_input_of_report(report, said, stood, relayed))
    for statement in file.statements:
        stood = side(statement.source, statement.given_at)
        said = _said_by_statement(statement, stood)
        if said is not None:
            found.append(_input_of_statement(statement, said, stood))
    found.extend(_input_of_position(one) for one in file.positions if _answers(one))
    return found


Said = tuple[Says, str]


def _said_by_report(report: Report, side: str, accused: Sequence[str]) -> Said | None:
    """Return what a report says; None if it says nothing about occurrence or actor."""
    code = report.accused.code if report.accused is not None else ""
    if report.stance == Stance.DENIES:
        if side:
            return Says.DENIES, side
        return (Says.EXCULPATES, accused[0]) if len(accused) == 1 else None
    if report.accused_kind == AccusedKind.OTHER:
        return Says.ACCUSES_OTHER, ""
    if not code:
        return Says.OBSERVED, ""
    return (Says.ADMITS if report.stance == Stance.ADMITS and code == side else Says.ACCUSES), code


def _said_by_statement(statement: Statement, side: str) -> Said | None:
    party = statement.party.code if statement.party is not None else ""
    # label_of_answer compares parties by identity only, so any stable numbers will do.
    numbers = {code: number for number, code in enumerate(sorted({party, side} - {""}))}
    answer = label_of_answer(
        statement.question, statement.says, numbers.get(party), own_party=numbers.get(side, -1)
    )
    return None if answer is None else (answer[0], party if answer[1] is not None else "")


def group_of(source: Source, side: str) -> str:
    """Return a source's group: its party, else its kind; a party's organ unaligned is "public"."""
    return side or (source.kind if source.kind in NEUTRAL_GROUPS else "public")


def _answers(position: PartyPosition) -> bool:
    return position.position in (Position.ADMITS, Position.DENIES, Position.DISPUTES_FACTS)


def _input_of_report(report: Report, said: Said, side: str, relayed: bool) -> Input:
    basis = BASIS_OF_MEANS[Means(report.means)] if report.means else ""
    if report.stance == Stance.FINDS:  # an inquiry weighs its material, whatever that was
        basis = "investigation"
    return Input(
        kind="report",
        row_id=str(report.pk),
        source=str(report.source_id),
        organisation=str(report.source.organisation_id or ""),
        origin=str(report.origin_id),
        group=group_of(report.source, side),
        aligned=bool(side),
        basis=basis or ("hearsay" if relayed else "document"),  # a published text otherwise
        says=said[0].name.lower(),
        party=said[1],
        relayed=relayed,
        label=report.source.name,
        public=report.source.user_id is None,
    )


def _input_of_statement(statement: Statement, said: Said, side: str) -> Input:
    return Input(
        kind="statement",
        row_id=str(statement.pk),
        source=str(statement.source_id),
        organisation=str(statement.source.organisation_id or ""),
        origin=str(statement.origin_id),
        group=group_of(statement.source, side),
        aligned=bool(side),
        basis=statement.basis,
        says=said[0].name.lower(),
        party=said[1],
        relayed=statement.origin.said_by_id != statement.source_id,
        label=statement.source.name,
        public=statement.source.user_id is None,
    )


def _input_of_position(position: PartyPosition) -> Input:
    admits = position.position == Position.ADMITS
    return Input(
        kind="position",
        row_id=str(position.pk),
        source=f"party-{position.party_id}",
        organisation=f"party-{position.party_id}",
        origin=f"position-{position.pk}",
        group=position.party.code,
        aligned=True,
        basis="document",
        says=(Says.ADMITS if admits else Says.DENIES).name.lower(),
        party=position.party.code,
        relayed=False,
        label=position.party.code,
        public=True,
    )


def origin_numbers(inputs: Sequence[Input]) -> list[int]:
    """Return for each input the number of the independent origin it belongs to."""
    return independent_groups([Provenance(i.source, i.organisation, i.origin) for i in inputs])


def engine_rows(
    inputs: Sequence[Input], *, parties: Sequence[str], code: str
) -> list[StatementRow]:
    """Return the engine's rows of one incident: what is not independent shares an origin."""
    index = {party: number for number, party in enumerate(parties)}
    return [
        StatementRow(
            incident=code,
            source=item.source,
            group=item.group,
            origin=origin_key(code, number),
            basis=basis_key(item.basis),
            says=Says[item.says.upper()],
            party=index[item.party] if item.party else None,
            relayed=item.relayed,
        )
        for item, number in zip(inputs, origin_numbers(inputs), strict=True)
    ]


def basis_key(basis: str) -> str:
    """Return the engine's key of a basis; the most telling sorts first.

    Where one origin says the same thing twice, the engine keeps the first basis: so what somebody
    found by an inquiry is not lost because they also published it.
    """
    ranked = sorted(BASIS_TRUST, key=lambda name: (-BASIS_TRUST[name], name))
    return f"{ranked.index(basis) if basis in BASIS_TRUST else len(ranked):02d} {basis}"


def origin_key(code: str, number: int) -> str:
    """Return the engine's key of an incident's independent origin; they sort by number."""
    return f"{code} {number:06d}"


def as_json(inputs: Sequence[Input]) -> list[dict[str, Any]]:
    """Return inputs as plain rows, to be kept with the score they led to."""
    return [asdict(item) for item in inputs]


def from_json(rows: Sequence[dict[str, Any]]) -> list[Input]:
    """Return the inputs kept with a score."""
    return [Input(**row) for row in rows]


def candidates_of(agreement_id: Any) -> list[str]:
    """Return the candidate answers in the engine's order: parties, other, none."""
    parties: list[Party] = parties_of(agreement_id)
    return [party.code for party in parties] + [OTHER, NONE]
