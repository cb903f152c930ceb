"""Reads of the change feed: what was told since a position, with the records as they are public."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet

from reports.agreement.models import Agreement
from reports.people.models import User
from reports.people.permissions import may, require
from reports.problems import NotFound
from verification.incidents.queries import roots_above
from verification.partners.cursors import FeedCursor
from verification.partners.models import (
    Attempt,
    Change,
    Delivery,
    DeliveryState,  # noqa: F401 - doors take it from here
    Endpoint,
    EndpointState,
    Step,
    Told,
    UntoldRow,
)
from verification.partners.rules import VERB
from verification.publication.assemble import agreement_face
from verification.publication.faces import FindingLine
from verification.publication.kept import faces_of_rows
from verification.publication.models import Correction, Finding, PublicRow
from verification.withholding.queries import withheld_now_anywhere

SCHEMA = 1  # of a row; additions leave it, anything else makes it 2
MOST = 200  # rows of one answer
WITH_OBJECTS = frozenset({Told.INCIDENT, Told.FINDING})


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One row of the feed; `object` is what it is of; None if not asked for, or gone."""

    what: str
    code: str
    step: str
    at: datetime
    cursor: str
    object: Any = None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Some rows of the feed in order, and where to go on from; `more` if there is more by now."""

    lines: tuple[ChangeLine, ...]
    cursor: str
    more: bool


def changes_after(
    agreement: Agreement, text: str, *, most: int = MOST, whole: bool = False
) -> ChangePage:
    """Return what was told after a cursor ('' for all that can be seen). Errors: ForeignCursor.

    What is withheld from now on is left out at once, before its removal is told. `whole` reads
    the records too.
    """
    cursor = FeedCursor.read(text, slug=agreement.slug) if text else _beginning(agreement)
    rows = Change.objects.filter(agreement=agreement, position__gt=cursor.after)
    rows = rows.exclude(step=Step.REMOVED, position__lte=cursor.began)
    found = list(rows.order_by("position")[: most + 1])
    page, more = found[:most], len(found) > most
    held = roots_above(withheld_now_anywhere())
    seen = [row for row in page if row.step == Step.REMOVED or row.incident_id not in held]
    objects = _objects(agreement, seen) if whole else {}
    lines = tuple(_line(row, agreement.slug, cursor.began, objects) for row in seen)
    last = FeedCursor(cursor.began, page[-1].position if page else cursor.after)
    return ChangePage(lines, last.sealed(slug=agreement.slug), more)


def _beginning(agreement: Agreement) -> FeedCursor:
    last = Change.objects.filter(agreement=agreement).aggregate(last=Max("position"))["last"]
    return FeedCursor(last or 0, 0)


def _line(row: Change, slug: str, began: int, objects: dict[tuple[str, str], Any]) -> ChangeLine:
    at = row.told_at
    if row.what == Told.INCIDENT:  # the minute might tell who was at work
        at = at.replace(minute=0, second=0, microsecond=0)
    return ChangeLine(
        what=row.what,
        code=row.code,
        step=row.step,
        at=at,
        cursor=FeedCursor(began, row.position).sealed(slug=slug),
        object=objects.get((row.what, row.code)) if row.step != Step.REMOVED else None,
    )


def _objects(agreement: Agreement, rows: Sequence[Change]) -> dict[tuple[str, str], Any]:
    """Return {(kind, code): the record as the public has it} of those that were asked for.

    An incident whose row changed and was not told yet is left out: it comes again, further on.
    """
    codes = {what: {r.code for r in rows if r.what == what} for what in WITH_OBJECTS}
    incidents = _incidents(agreement, codes[Told.INCIDENT]) if codes[Told.INCIDENT] else {}
    findings = Finding.objects.filter(code__in=codes[Told.FINDING]) if codes[Told.FINDING] else ()
    return incidents | {(Told.FINDING, one.code): _finding(one) for one in findings}


def _incidents(agreement: Agreement, codes: Collection[str]) -> dict[tuple[str, str], Any]:
    untold = UntoldRow.objects.filter(incident_id=OuterRef("incident_id"))
    rows = PublicRow.objects.filter(~Exists(untold), code__in=codes, withheld_until=None)
    faces = faces_of_rows(list(rows), agreement_face(agreement))
    return {(Told.INCIDENT, face.code): face for face in faces}


def _finding(finding: Finding) -> FindingLine:
    return FindingLine(
        code=finding.code,
        incident=finding.content["incident"],
        version=finding.version,
        outcome=finding.outcome,
        published_at=finding.published_at,
        content=finding.content,
    )


# -- endpoints ----------------------------------------------------------------------------------
def endpoints_of(user: User, agreement: Agreement, *, at: datetime) -> QuerySet[Endpoint]:
    """Return a partner's own endpoints under an agreement. Errors: NotAllowed."""
    require(user, VERB, at=at, agreement_id=agreement.pk)
    rows = Endpoint.objects.filter(owner=user, agreement=agreement)
    return rows.exclude(state=EndpointState.REMOVED).order_by("made_at", "id")


def endpoint_for(user: User, endpoint_id: uuid.UUID, *, at: datetime) -> Endpoint:
    """Return one of a person's own endpoints; NotFound for all others, and once it is removed."""
    rows = Endpoint.objects.select_related("agreement").exclude(state=EndpointState.REMOVED)
    found = rows.filter(pk=endpoint_id, owner=user).first()
    if found is None or not may(user, VERB, at=at, agreement_id=found.agreement_id):
        raise NotFound("There is no such endpoint.")
    return found


def deliveries_to(endpoint: Endpoint, *, state: str = "") -> QuerySet[Delivery]:
    """Return what was sent to an endpoint or waits for it, latest first, with every try."""
    tries = Prefetch("tries", Attempt.objects.order_by("at", "id"))
    rows = Delivery.objects.filter(endpoint=endpoint)
    rows = rows.filter(state=state) if state else rows
    return rows.prefetch_related(tries).order_by("-queued_at", "-id")


def has_new_score(code: str) -> bool:
    """Answer whether a finding that corrects another was published with another score.

    Both are out: nothing is told that the two findings do not hold themselves.
    """
    found = Correction.objects.filter(finding__code=code).select_related("finding", "corrected")
    return any(
        _likelihoods(one.finding.content) != _likelihoods(one.corrected.content) for one in found
    )


def _likelihoods(content: Mapping[str, Any]) -> Any:
    score = content.get("score")
    return None if score is None else score["p"]
