"""What was decided or published and is not yet under a signed checkpoint: the public waits.

Nothing is served as published before its event is under a signed checkpoint (docs/log-format.md
5). The mask is laid in one place, where rows become what the public may know.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from reports.journal.kinds import Kind
from reports.journal.models import Event
from verification.caseload.queries import NotTold
from verification.incidents.states import IncidentState
from verification.ledger.queries import signed_since, unsigned_events
from verification.recommendations.queries import Untold

# earliest verdict on an incident that is unsigned -> the state shown instead
SHOWN_INSTEAD: Mapping[str, str] = {
    Kind.CASE_DECIDED: IncidentState.UNDER_REVIEW,
    Kind.INCIDENT_RULED_INADMISSIBLE: IncidentState.OPEN,
    Kind.REOPENING_ADMITTED: IncidentState.DECIDED,
}
SAID = (  # on a recommendation, after it was issued
    *(Kind.RECOMMENDATION_ANSWERED, Kind.COMPLIANCE_REPORTED),
    *(Kind.RECOMMENDATION_ASSESSED, Kind.RECOMMENDATION_WITHDRAWN),
)
# Every kind by which something is published. Those that stand in the public history of an
# incident are either here or in ON_ITS_WAY (tests/pages/public/test_unsigned.py holds that).
MARKS = (
    *SHOWN_INSTEAD,
    *(Kind.REOPENING_REFUSED, Kind.FINDING_PUBLISHED, Kind.CORRECTION_PUBLISHED),
    *(Kind.STANDING_COMPUTED, Kind.AUDIT_DRAWN, Kind.PROCEDURE_PUBLISHED),
    *(Kind.RECOMMENDATION_ISSUED, *SAID),
)
# What the public sees of a file on its way: it tells of no verdict, and does not wait.
ON_ITS_WAY = frozenset(
    {
        *(Kind.INCIDENT_OPENED, Kind.INCIDENTS_MERGED, Kind.MERGE_UNDONE),
        *(Kind.INCIDENT_SPLIT, Kind.SPLIT_UNDONE, Kind.CASE_OPENED, Kind.DEADLINE_MISSED),
        *(Kind.POSITION_REQUESTED, Kind.POSITION_EXTENDED),
        *(Kind.POSITION_ANSWERED, Kind.POSITION_LAPSED),
    }
)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """The events of publications that no checkpoint covers, earliest first."""

    events: tuple[Event, ...]

    def of(self, *kinds: Kind) -> set[uuid.UUID]:
        """Return the records with an event of these kinds that the public was not told of."""
        return {event.subject_id for event in self.events if event.kind in kinds}

    def findings(self) -> set[uuid.UUID]:
        """Return the findings the public cannot have been told of."""
        return self.of(Kind.FINDING_PUBLISHED)

    def corrections(self) -> set[uuid.UUID]:
        """Return the corrections the public cannot have been told of."""
        return self.of(Kind.CORRECTION_PUBLISHED)

    def cases(self) -> set[uuid.UUID]:
        """Return the cases of whose decision the public cannot have been told."""
        return self.of(Kind.CASE_DECIDED)

    def answers(self) -> set[uuid.UUID]:
        """Return the requests to reopen of whose answer the public cannot have been told."""
        return self.of(Kind.REOPENING_ADMITTED, Kind.REOPENING_REFUSED)

    def recommendations(self) -> Untold:
        """Return what the public cannot have been told of recommendations."""
        said: dict[uuid.UUID, datetime] = {}
        for event in self.events:
            if event.kind in SAID:
                said.setdefault(event.subject_id, event.at)
        return Untold(frozenset(self.of(Kind.RECOMMENDATION_ISSUED)), said, frozenset(self.cases()))

    def standings_from(self, agreement_id: uuid.UUID) -> datetime | None:
        """Return the instant from which on an agreement's standings are not signed."""
        found = (
            event.at
            for event in self.events
            if event.kind == Kind.STANDING_COMPUTED and event.subject_id == agreement_id
        )
        return min(found, default=None)

    def states(self) -> dict[uuid.UUID, str]:
        """Return {incident: the state to show} where its own rests on an unsigned verdict."""
        found: dict[uuid.UUID, str] = {}
        for event in self.events:
            if event.kind in SHOWN_INSTEAD and event.file_id is not None:
                found.setdefault(event.file_id, SHOWN_INSTEAD[event.kind])
        return found

    def reopened(self) -> dict[uuid.UUID, datetime]:
        """Return {incident: since when it counts as reopened}, of which nobody was told."""
        first: dict[uuid.UUID, Event] = {}
        for event in self.events:
            if event.kind in SHOWN_INSTEAD and event.file_id is not None:
                first.setdefault(event.file_id, event)
        return {pk: e.at for pk, e in first.items() if e.kind == Kind.REOPENING_ADMITTED}

    def clocks(self) -> NotTold:
        """Return what the clocks of a case may not tell the public yet."""
        return NotTold(self.cases(), self.reopened())

    def lines(self, file_ids: Collection[uuid.UUID]) -> set[tuple[str, datetime]]:
        """Return (kind, instant) of the lines of these files' histories to leave out."""
        return {(event.kind, event.at) for event in self.events if event.file_id in file_ids}


_of_snapshot: ContextVar[list[Unsigned] | None] = ContextVar("unsigned, as seen", default=None)


@contextmanager
def unsigned_of_snapshot() -> Iterator[None]:
    """Read what is unsigned once until the end; enter it with the snapshot that rows are read from.

    A mask from before a snapshot would let a verdict through that came between the two.
    """
    token = _of_snapshot.set([])
    try:
        yield
    finally:
        _of_snapshot.reset(token)


def in_snapshot() -> bool:
    """Answer whether rows are being read from one snapshot."""
    return _of_snapshot.get() is not None


def unsigned() -> Unsigned:
    """Return what the public does not see yet: usually nothing, after a decision for a minute."""
    kept = _of_snapshot.get()
    if kept is None:
        return _unsigned()
    if not kept:
        kept.append(_unsigned())
    return kept[0]


def _unsigned() -> Unsigned:
    found = unsigned_events(MARKS)
    return Unsigned(tuple(sorted(found, key=lambda event: (event.recorded_at, event.pk))))


def told_since(first: int, *, most: int) -> tuple[list[Event], int]:
    """Return what the public was told of since a leaf of the log, in the order it was signed.

    The second part is the leaf to go on from: the log's one sequencer gave them their order.
    """
    return signed_since(first, sorted({*MARKS, *ON_ITS_WAY, Kind.BULLETIN_RELEASED}), most=most)
