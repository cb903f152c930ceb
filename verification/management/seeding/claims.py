"""The public claims: each becomes one report, filed by the demo desk and accepted by triage."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime
from functools import cache

from reports.agreement.models import Agreement
from reports.intake.actions import accept_report, file_report
from reports.intake.choices import AccusedKind, Channel, LocationKind, TollCategory, TollHarm
from reports.intake.drafts import OriginDraft, ReportDraft, TollRange, Where
from reports.intake.models import Report
from reports.intake.queries import report_by_client_uuid
from reports.intake.states import ReportState
from reports.people.models import User
from reports.people.queries import source_by_key
from reports.places.queries import place_by_key
from verification.management.seeding.files import SEEDS, Row, rows

# Our own namespace: the same claim has the same client id in every installation.
NAMESPACE = uuid.UUID("9a2c1f5e-6d0b-4f4e-8f63-2d1b7c90a541")
FILES = ("nk2020", "article", "supplement")
CLAIM_KEY = re.compile(r"\b[CAS]\d{2,3}\b")
CITATION = re.compile(r"\(([CAS]\d{2,3}(?:, [CAS]\d{2,3})*)\)")


def claims_of(slug: str) -> dict[str, Row]:
    """Return {claim id: row} of all claims about an agreement."""
    listed = [row for name in FILES for row in _file(name)]
    return {row["claim_id"]: row for row in listed if row["agreement"] == slug}


@cache
def _file(name: str) -> list[Row]:
    return rows(f"claims/{name}.csv") if (SEEDS / f"claims/{name}.csv").is_file() else []


def report_of(claim_id: str) -> Report | None:
    """Return the report a claim was filed as, or None."""
    return report_by_client_uuid(client_uuid_of(claim_id))


def client_uuid_of(claim_id: str) -> uuid.UUID:
    """Return the id a claim is filed under, the same on every run."""
    return uuid.uuid5(NAMESPACE, claim_id)


def file_claim(row: Row, *, agreement: Agreement, by: User, at: datetime) -> bool:
    """File a claim as a report; False if it was filed on an earlier run."""
    if report_of(row["claim_id"]) is not None:
        return False
    return file_report(draft=draft_of(row, agreement), by=by, at=at).created


def accept_claim(report: Report, *, by: User, at: datetime) -> bool:
    """Accept a filed claim; False if triage has seen it."""
    if report.state != ReportState.FILED:
        return False
    accept_report(report=report, by=by, at=at)
    return True


def draft_of(row: Row, agreement: Agreement) -> ReportDraft:
    """Return a claim as what a door would hand over."""
    place = place_by_key(row["place_key"])
    return ReportDraft(
        client_uuid=client_uuid_of(row["claim_id"]),
        agreement=agreement,
        speaker=source_by_key(row["source_key"]),
        stance=row["stance"],
        act=row["act_code"],
        means=row["means"],
        weapon=row["weapon"],
        observed_from=datetime.fromisoformat(row["observed_from"]),
        observed_until=datetime.fromisoformat(row["observed_until"]),
        time_precision=row["time_precision"],
        where=Where(
            kind=LocationKind.PLACE,
            place_id=place.pk if place is not None else None,
            typed=row["place_as_written"],
            accuracy=row["place_accuracy"],
        ),
        tolls=_tolls(row),
        accused_kind=_accused_kind(row["accused"]),
        accused_code=row["accused"] if row["accused"] not in ("none", "unknown") else "",
        origin=OriginDraft(
            kind=row["origin_kind"],
            key=row["origin_key"],
            url=row["source_url"],
            publisher=row["publisher"],
            published_on=_day(row["reported_on"]),
        ),
        narrative=row["narrative_en"],
        channel=Channel.IMPORT,
    )


def _accused_kind(accused: str) -> str:
    kinds = {"none": AccusedKind.NOBODY, "unknown": AccusedKind.UNKNOWN}
    return kinds.get(accused, AccusedKind.PARTY)


def _day(text: str) -> date | None:
    """Read a date; a month alone is not made into a day."""
    return date.fromisoformat(text) if len(text) == len("2020-10-10") else None


def _tolls(row: Row) -> tuple[TollRange, ...]:
    found = []
    for harm in (TollHarm.KILLED, TollHarm.INJURED):
        stated = [row[f"{harm}_{part}"] for part in ("min", "best", "max")]
        if any(stated):
            least, best, most = (int(figure) if figure else None for figure in stated)
            found.append(TollRange(harm, TollCategory.UNSPECIFIED, least, best, most))
    return tuple(found)


def with_speakers(text: str, claims: dict[str, Row]) -> str:
    """Put speaker and date for each claim id in a text: readers do not know our row numbers."""

    def name(claim_id: str) -> str:
        row = claims.get(claim_id)
        if row is None:
            return claim_id
        speaker = source_by_key(row["source_key"])
        return f"{speaker.name if speaker else row['source_key']}, {row['reported_on']}"

    def listed(match: re.Match[str]) -> str:
        names = dict.fromkeys(name(key) for key in match.group(1).split(", "))
        return f"({'; '.join(names)})"

    text = CITATION.sub(listed, text)
    return CLAIM_KEY.sub(lambda match: f"[{name(match.group())}]", text)
