"""Writes of the terms: an agreement is recorded whole, from a plain document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from reports.agreement.models import (
    ActKind,
    Affiliation,
    Agreement,
    AgreementVersion,
    Clause,
    Party,
    Renewal,
)
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from reports.people.models import Role, User
from reports.people.permissions import require

# Of the mechanism's own terms, those that each version of the text carries.
LIMITS = (
    *("triage_hours", "reply_hours", "ballot_hours", "decision_hours", "recommendation_days"),
    *("open_filing", "open_daily_cap"),
)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """Read ISO 8601; an instant without an offset is in the agreement's own zone."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=zone)


@transaction.atomic
def record_act_kinds(*, rows: Sequence[Mapping[str, Any]], by: User | None, at: datetime) -> int:
    """Record or refresh the taxonomy of acts; return how many kinds it has.

    Needs: operator. Leaves: ActKind rows: reference data, logged with the agreement that uses them.
    """
    if by is not None:
        require(by, "people.manage", at=at)
    for position, row in enumerate(rows):
        ActKind.objects.update_or_create(code=row["code"], defaults={**row, "position": position})
    return len(rows)


@transaction.atomic
def record_agreement(*, document: Mapping[str, Any], by: User | None, at: datetime) -> Agreement:
    """Record an agreement with its versions, clauses, parties and affiliations.

    `document` has the shape of seeds/agreement/*.json; a version's own time limits go before the
    mechanism's.
    Needs: operator; the act kinds its clauses prohibit.
    Leaves: Agreement, AgreementVersion, Clause, Party, Affiliation, Renewal, agreement.recorded.
    """
    role = Role.OPERATOR if by is None else require(by, "people.manage", at=at)
    zone = ZoneInfo(document["timezone"])
    terms = document.get("mechanism", {})
    agreement = Agreement.objects.create(
        slug=document["slug"],
        prefix=document["prefix"],
        titles=document["titles"],
        timezone=document["timezone"],
        area=document["area"],
        area_note=document.get("area_note", ""),
        **{name: value for name, value in terms.items() if name not in LIMITS},
    )
    for row in document["versions"]:
        _record_version(agreement, {**terms, **row}, zone)
    parties: dict[str, Party] = {}
    for colour, row in enumerate(sorted(document["parties"], key=lambda p: p["code"]), start=1):
        parties[row["code"]] = Party.objects.create(
            agreement=agreement,
            parent=parties.get(row.get("parent", "")),
            code=row["code"],
            names=row["names"],
            signatory=row.get("signatory", True),
            colour=colour,
        )
        for tie in row.get("affiliations", ()):
            Affiliation.objects.create(
                party=parties[row["code"]],
                actor=tie["actor"],
                affiliated_from=_instant(tie["from"], zone),
                affiliated_until=_instant(tie["until"], zone) if tie.get("until") else None,
                note=tie.get("note", ""),
            )
    for row in document.get("renewals", ()):
        Renewal.objects.create(
            agreement=agreement, at=_instant(row["at"], zone), notes=row.get("notes", {})
        )
    record_event(kind=Kind.AGREEMENT_RECORDED, subject=agreement, by=by, at=at, acting_as=role)
    return agreement


def _record_version(agreement: Agreement, row: Mapping[str, Any], zone: ZoneInfo) -> None:
    until = row.get("in_force_until")
    version = AgreementVersion.objects.create(
        agreement=agreement,
        number=row["number"],
        summaries=row["summaries"],
        source_url=row.get("source_url", ""),
        in_force_from=_instant(row["in_force_from"], zone),
        in_force_until=_instant(until, zone) if until else None,
        **{name: row[name] for name in LIMITS if name in row},
    )
    for item in row["clauses"]:
        clause = Clause.objects.create(
            version=version,
            code=item["code"],
            titles=item["titles"],
            summaries=item["summaries"],
            severity=item["severity"],
            zone=item.get("zone"),
        )
        clause.prohibits.set(item.get("prohibits", ()))
