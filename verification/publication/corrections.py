"""Reads of what happened to a finding since: requests to reopen it, and what took its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from reports.agreement.models import Agreement
from verification.publication.models import Correction, Finding
from verification.publication.unsigned import Unsigned, unsigned
from verification.reopening.choices import Asker
from verification.reopening.models import ANSWERED, Reopening
from verification.reopening.queries import reopenings_of
from verification.reopening.states import WAITING, ReopeningState


@dataclass(frozen=True, slots=True)
class PublicRequest:
    """A request to reopen as the public may know it: never who a reviewer is, or what set it off.

    The day of a rule's flag would give away when a report came in, so it has none.
    """

    number: int
    asker: str  # party | reviewer | rule
    party: str
    ground: str
    state: str
    asked_at: datetime | None
    answered_at: datetime | None
    reason: str  # the chair's, once answered


@dataclass(frozen=True, slots=True)
class PublicCorrection:
    """What took the place of a finding, when, and what differs."""

    finding: str
    corrects: str
    incident: str
    published_at: datetime
    changes: tuple[dict[str, Any], ...]
    request: PublicRequest | None


@dataclass(frozen=True, slots=True)
class Afterlife:
    """All that happened to one published finding: what it corrects, what corrects it, requests."""

    corrects: PublicCorrection | None
    corrected_by: PublicCorrection | None
    requests: tuple[PublicRequest, ...]
    in_question: bool  # reopened, and not decided again yet
    before: dict[str, Any] | None  # the content of the finding it corrects


def afterlife_of(code: str) -> Afterlife:
    """Return what happened to a published finding since, by its code."""
    finding = Finding.objects.select_related("incident", "decision").get(code=code)
    rows = _corrections().filter(finding=finding) | _corrections().filter(corrected=finding)
    found = {row.finding_id: row for row in rows}
    hidden = unsigned()
    ours = found.pop(finding.pk, None)
    theirs = next(iter(found.values()), None)
    requests = [
        shown
        for row in reopenings_of(finding.incident)
        if row.decision_id == finding.decision_id
        and (shown := public_request(row, hidden)) is not None
    ]
    admitted = any(request.state == "admitted" for request in requests)
    return Afterlife(
        corrects=public_correction(ours) if ours is not None else None,
        corrected_by=public_correction(theirs) if theirs is not None else None,
        requests=tuple(requests),
        in_question=admitted and theirs is None,
        before=ours.corrected.content if ours is not None else None,
    )


def corrections_of(agreement: Agreement) -> Sequence[PublicCorrection]:
    """Return an agreement's corrections, latest first."""
    rows = _corrections().filter(finding__incident__agreement=agreement)
    return [public_correction(row) for row in rows.order_by("-published_at", "-id")]


@dataclass(frozen=True, slots=True)
class CorrectionEntry:
    """One line of the corrections log: both versions as they were published."""

    correction: PublicCorrection
    before: dict[str, Any]
    after: dict[str, Any]
    outcomes: tuple[str, str]  # before, after


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """A part of the corrections log, newest first; `older` is what to ask for to read on."""

    entries: tuple[CorrectionEntry, ...]
    older: str


def correction_page(agreement: Agreement, *, after: str = "", most: int = 20) -> CorrectionPage:
    """Return the corrections that are older than the one that made the finding `after`.

    A page is found by what it follows, never by its number: new corrections move no row from one
    page to another. A code that is no correction of this agreement begins at the newest.
    """
    rows = _corrections().filter(finding__incident__agreement=agreement)
    mark = rows.filter(finding__code=after.strip().upper()).first() if after else None
    if mark is not None:
        rows = rows.filter(
            Q(published_at__lt=mark.published_at)
            | Q(published_at=mark.published_at, id__lt=mark.pk)
        )
    found = list(rows.order_by("-published_at", "-id")[: most + 1])
    entries = tuple(
        CorrectionEntry(
            correction=public_correction(row),
            before=row.corrected.content,
            after=row.finding.content,
            outcomes=(row.corrected.outcome, row.finding.outcome),
        )
        for row in found[:most]
    )
    return CorrectionPage(entries, entries[-1].correction.finding if len(found) > most else "")


def _corrections() -> QuerySet[Correction]:
    """Return the corrections under a signed checkpoint, whose finding is under one too."""
    hidden = unsigned()
    rows = Correction.objects.exclude(pk__in=hidden.corrections())
    return rows.exclude(finding__in=hidden.findings()).select_related(
        "finding__incident", "corrected", "reopening__party", "reopening__decision"
    )


def public_correction(row: Correction) -> PublicCorrection:
    """Return a correction field by field."""
    return PublicCorrection(
        finding=row.finding.code,
        corrects=row.corrected.code,
        incident=row.finding.incident.code,
        published_at=row.published_at,
        changes=tuple(row.changes),
        request=public_request(row.reopening, unsigned()) if row.reopening is not None else None,
    )


def public_request(row: Reopening, hidden: Unsigned) -> PublicRequest | None:
    """Return a request field by field; None while only a rule or a reviewer has asked.

    An answer that no signed checkpoint covers yet is none.
    """
    waiting = row.state in WAITING or _is_untold(row, hidden)
    if waiting and row.asker != Asker.PARTY:
        return None
    answered = row.state in ANSWERED and not waiting
    return PublicRequest(
        number=row.number,
        asker=row.asker,
        party=row.party.code if row.party is not None else "",
        ground=row.ground,
        state="asked" if waiting else row.state,
        asked_at=None if row.asker == Asker.RULE else row.asked_at,
        answered_at=None if waiting else row.answered_at,
        reason=row.reason if answered else "",
    )


def _is_untold(row: Reopening, hidden: Unsigned) -> bool:
    """Answer whether a request's answer is not signed yet; joined ones share that of another."""
    if row.state == ReopeningState.JOINED:
        return row.incident_id in hidden.reopened()
    return row.pk in hidden.answers()
