"""What changed in public is given its place in the feed, by one hand at a time.

Two roads lead here: what was published, by the order of the log once it is signed; and public
rows that changed, by the marks a trigger leaves. A mark stays while the public waits for a
signature.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from reports.agreement.models import Agreement
from reports.journal.kinds import Kind
from reports.journal.models import Event
from verification.bulletins.models import Bulletin
from verification.incidents.models import Incident
from verification.partners.actions.deliveries import queue_of_changes
from verification.partners.models import Change, FeedState, Step, Told, UntoldRow
from verification.publication.kept import files_of
from verification.publication.models import Finding, PublicRow
from verification.publication.unsigned import SAID, Unsigned, told_since, unsigned
from verification.recommendations.models import Recommendation
from verification.recommendations.queries import issued_on
from verification.withholding.queries import withheld_files

TELLER = 0x54454C4C  # the lock of whoever gives out positions: one at a time
BATCH = 500  # events of the log, and marks, of one turn
ADVICE = frozenset({Kind.RECOMMENDATION_ISSUED, *SAID})
BULLETIN, STANDINGS = Kind.BULLETIN_RELEASED, Kind.STANDING_COMPUTED
FOUND, CORRECTED = Kind.FINDING_PUBLISHED, Kind.CORRECTION_PUBLISHED
ANSWERED = frozenset({Kind.REOPENING_ADMITTED, Kind.REOPENING_REFUSED})  # requests to reopen


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to tell: of which record, and whether it can still be seen."""

    what: str
    code: str
    agreement_id: uuid.UUID
    incident_id: uuid.UUID | None
    gone: bool = False
    digest: str = ""  # where given, the same again is not told again


@transaction.atomic
def tell_changes(*, at: datetime) -> int:
    """Give the next positions of the feed to what changed; return how many were given.

    May run twice and beside itself: whoever finds the lock taken leaves the work where it is.
    The lock is held until the commit, so positions become seen in the order they were given.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TELLER])
        if not cursor.fetchone()[0]:
            return 0
    state, _made = FeedState.objects.get_or_create(pk=1)
    events, leaves = told_since(state.leaves, most=BATCH)
    seen = _changed_rows()
    words = [*_published(events), *_shown(seen)]
    told = _tell(words, state.position, at)
    if told or leaves != state.leaves:
        FeedState.objects.filter(pk=1).update(position=state.position + told, leaves=leaves)
    UntoldRow.objects.filter(pk__in=[mark for one in seen for mark in one.marks]).delete()
    return told


@dataclass(frozen=True, slots=True)
class Seen:
    """An incident whose public row changed: the row, None if it is gone, and the marks of that."""

    incident_id: uuid.UUID
    agreement_id: uuid.UUID
    code: str
    row: PublicRow | None
    marks: tuple[int, ...]


def _changed_rows() -> list[Seen]:
    """Return the changed public rows that may be told of now.

    A row and its marks are read in one statement: what is written a moment later has a mark that
    stays. And they are read before what is unsigned: a verdict in a row that was read is among
    the events read after it.
    """
    if not UntoldRow.objects.exists():
        return []
    waiting = UntoldRow.objects.exclude(incident_id__in=_hidden(unsigned())).order_by("pk")
    ids = list(dict.fromkeys(waiting.values_list("incident_id", flat=True)[:BATCH]))
    own = UntoldRow.objects.filter(incident_id=OuterRef("incident_id"))
    rows = PublicRow.objects.filter(pk__in=ids).annotate(mark_ids=ArraySubquery(own.values("pk")))
    found = {
        row.pk: Seen(row.pk, row.agreement_id, row.code, row, tuple(row.mark_ids)) for row in rows
    }
    there = PublicRow.objects.filter(incident=OuterRef("incident_id"))
    for mark in UntoldRow.objects.filter(~Exists(there), incident_id__in=set(ids) - set(found)):
        before = found.get(mark.incident_id)
        marks = (*(before.marks if before is not None else ()), mark.pk)
        found[mark.incident_id] = Seen(mark.incident_id, mark.agreement_id, mark.code, None, marks)
    hidden = _hidden(unsigned())
    return [found[pk] for pk in ids if pk in found and pk not in hidden]


def _hidden(found: Unsigned) -> set[uuid.UUID]:
    """Return every incident of the files that wait for a signature."""
    ids = {event.file_id for event in found.events if event.file_id is not None}
    files = files_of(ids) if ids else {}
    return {*files, *files.values()}


def _shown(seen: Sequence[Seen]) -> list[Word]:
    """Return what to say of public rows; one that is in sight brings what rests on it."""
    files = files_of([one.incident_id for one in seen]) if seen else {}
    withheld = withheld_files(files) if files else {}
    words = []
    for one in seen:
        row = one.row
        gone = not _is_shown(one, withheld)
        digest = "" if row is None or gone else _digest(row)
        words.append(Word(Told.INCIDENT, one.code, one.agreement_id, one.incident_id, gone, digest))
    return [*words, *_advice_on([one.incident_id for one in seen if _is_shown(one, withheld)])]


def _is_shown(one: Seen, withheld: Mapping[uuid.UUID, datetime]) -> bool:
    return (
        one.row is not None and one.row.withheld_until is None and one.incident_id not in withheld
    )


def _digest(row: PublicRow) -> str:
    values = [str(getattr(row, field.attname)) for field in PublicRow._meta.concrete_fields]
    return hashlib.sha256("\0".join(values).encode()).hexdigest()


def _advice_on(incident_ids: list[uuid.UUID]) -> list[Word]:
    """Return the signed recommendations on incidents, told once they can be seen."""
    hidden = unsigned().recommendations().issued
    return _advice(issued_on(incident_ids) - hidden, once=True) if incident_ids else []


def _advice(ids: Iterable[uuid.UUID], *, once: bool = False) -> list[Word]:
    rows = Recommendation.objects.filter(pk__in=list(ids)).select_related("incident")
    return [
        Word(
            Told.RECOMMENDATION,
            row.code,
            row.incident.agreement_id,
            row.incident_id,
            digest=f"{row.version}" if once else "",
        )
        for row in rows.order_by("code")
    ]


def _published(events: Sequence[Event]) -> list[Word]:
    """Return what to say of what was signed, in the order of the log."""
    ids = {event.file_id for event in events if event.file_id is not None}
    agreements = dict(Incident.objects.filter(pk__in=ids).values_list("pk", "agreement_id"))
    files = files_of(ids) if ids else {}
    withheld = withheld_files(files) if files else {}
    rows = PublicRow.objects.in_bulk(list(files.values())) if files else {}
    words: list[Word] = []
    for event in events:
        if event.kind == BULLETIN:
            words += _bulletin(event)
        elif event.kind == STANDINGS:
            words += _standings(event)
        elif event.file_id not in agreements or files[event.file_id] in withheld:
            continue  # what is withheld is told of once it comes into sight
        elif event.kind in ADVICE:
            words += _advice([event.subject_id])
        else:
            words += _of_file(event, agreements[event.file_id], rows.get(files[event.file_id]))
    return words


def _bulletin(event: Event) -> list[Word]:
    agreements = Bulletin.objects.filter(pk=event.subject_id).values_list("agreement_id", flat=True)
    return [Word(Told.BULLETIN, event.payload["code"], pk, None) for pk in agreements]


def _standings(event: Event) -> list[Word]:
    slugs = Agreement.objects.filter(pk=event.subject_id).values_list("slug", flat=True)
    return [Word(Told.STANDINGS, slug, event.subject_id, None) for slug in slugs]


def _of_file(event: Event, agreement_id: uuid.UUID, row: PublicRow | None) -> list[Word]:
    """Return what a signed event of an incident tells: of its findings, and of the incident."""
    found: list[tuple[Told, str]] = []
    if event.kind == FOUND:
        found.append((Told.FINDING, event.payload["code"]))
    elif event.kind == CORRECTED:
        found.append((Told.CORRECTION, event.payload["finding"]))
        found.append((Told.FINDING, event.payload["corrects"]))
    elif event.kind in ANSWERED:
        versions = Finding.objects.filter(incident=event.file_id, published_at__lt=event.at)
        last = versions.order_by("-version").values_list("code", flat=True).first()
        found += [(Told.FINDING, last)] if last else []
    if row is not None and row.withheld_until is None:
        found.append((Told.INCIDENT, row.code))
    return [
        Word(what, code, agreement_id, row.pk if row is not None else event.file_id)
        for what, code in found
    ]


def _tell(words: Sequence[Word], position: int, at: datetime) -> int:
    """Write the words down from the next position on; return how many there were to tell."""
    codes = {word.code for word in words}
    known = {(c.what, c.code): c for c in Change.objects.filter(code__in=codes)} if codes else {}
    told: dict[tuple[str, str], Change] = {}
    for word in words:
        key = (str(word.what), word.code)
        before = known.get(key)
        lost = before is None or before.step == Step.REMOVED
        if word.gone and lost and key not in told:
            continue  # nobody was told of it
        if word.digest and before is not None and not lost and before.digest == word.digest:
            continue
        step = Step.REMOVED if word.gone else Step.ADDED if lost else Step.CHANGED
        told.pop(key, None)  # the last word counts
        told[key] = Change(
            agreement_id=word.agreement_id,
            what=word.what,
            code=word.code,
            step=step,
            incident_id=word.incident_id,
            told_at=at,
            digest=word.digest or (before.digest if before is not None else ""),
        )
    for place, change in enumerate(told.values(), start=position + 1):
        change.position = place
    Change.objects.bulk_create(
        told.values(),
        update_conflicts=True,
        unique_fields=["what", "code"],
        update_fields=["position", "step", "incident_id", "told_at", "digest"],
    )
    queue_of_changes(changes=told.values(), at=at)
    return len(told)
