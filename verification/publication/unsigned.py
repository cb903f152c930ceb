"""What was decided or published and is not yet under a signed checkpoint: the public waits.

Nothing is served as published before its event is under a signed checkpoint (docs/log-format.md
5). The mask is laid in one place, where rows become what the public may know.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from reports.journal.kinds import Kind
from reports.journal.models import Event
from verification.incidents.models import Incident
from verification.incidents.states import IncidentState
from verification.ledger.queries import unsigned_events

# state of an incident whose verdict is unsigned: (verdict's event, state and class shown instead)
SHOWN_INSTEAD: Mapping[str, tuple[Kind, str, str]] = {
    IncidentState.DECIDED: (Kind.CASE_DECIDED, IncidentState.UNDER_REVIEW, "under_review"),
    IncidentState.INADMISSIBLE: (Kind.INCIDENT_RULED_INADMISSIBLE, IncidentState.OPEN, "open"),
}
MARKS = (
    *(Kind.CASE_DECIDED, Kind.INCIDENT_RULED_INADMISSIBLE),
    *(Kind.FINDING_PUBLISHED, Kind.CORRECTION_PUBLISHED, Kind.STANDING_COMPUTED),
    Kind.RECOMMENDATION_ISSUED,
)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """The events of verdicts, findings, corrections and standings that no checkpoint covers."""

    events: tuple[Event, ...]

    def findings(self) -> set[uuid.UUID]:
        """Return the findings the public cannot have been told of."""
        return {e.subject_id for e in self.events if e.kind == Kind.FINDING_PUBLISHED}

    def corrections(self) -> set[uuid.UUID]:
        """Return the corrections the public cannot have been told of."""
        return {e.subject_id for e in self.events if e.kind == Kind.CORRECTION_PUBLISHED}

    def recommendations(self) -> set[uuid.UUID]:
        """Return the recommendations the public cannot have been told of."""
        return {e.subject_id for e in self.events if e.kind == Kind.RECOMMENDATION_ISSUED}

    def standings_from(self, agreement_id: uuid.UUID) -> datetime | None:
        """Return the instant from which on an agreement's standings are not signed."""
        found = (
            event.at
            for event in self.events
            if event.kind == Kind.STANDING_COMPUTED and event.subject_id == agreement_id
        )
        return min(found, default=None)

    def shown_instead(self, incident: Incident) -> tuple[str, str] | None:
        """Return the state and class to show of an incident; None where its own may be shown."""
        if incident.state not in SHOWN_INSTEAD:
            return None
        kind, state, shown_class = SHOWN_INSTEAD[incident.state]
        hidden = any(e.kind == kind and e.file_id == incident.pk for e in self.events)
        return (state, shown_class) if hidden else None

    def lines(self, file_ids: Collection[uuid.UUID]) -> set[tuple[str, datetime]]:
        """Return (kind, instant) of the lines of these files' histories to leave out."""
        return {(event.kind, event.at) for event in self.events if event.file_id in file_ids}


def unsigned() -> Unsigned:
    """Return what the public does not see yet: usually nothing, after a decision for a minute."""
    return Unsigned(tuple(unsigned_events(MARKS)))
