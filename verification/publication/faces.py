"""What the public sees, as plain values: pages, interface and command line render these alone.

Every field is on the allow-list: nothing here names who filed, or tells an observer's exact time
or point. No face of an undecided incident carries a score: a reviewer could read it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reports.agreement.naming import localized
from reports.journal.queries import HistoryLine
from reports.places.queries import PlaceChoice
from verification.adjudication.answers import Outcome
from verification.caseload.classes import Line
from verification.caseload.rules import Clock
from verification.publication.filters import IncidentFilter
from verification.recommendations.queries import PartyCounts
from verification.standing.queries import StandingLine


@dataclass(frozen=True, slots=True)
class PartyFace:
    """A party: its code and hue say nothing of rank."""

    code: str
    name: str
    colour: int


@dataclass(frozen=True, slots=True)
class AgreementFace:
    """An agreement as every public page names it; `parties` by code."""

    slug: str
    title: str
    timezone: str
    parties: tuple[PartyFace, ...]

    def party(self, code: str) -> PartyFace:
        """Return the party with this code (one that is gone keeps its code as its name)."""
        known = {party.code: party for party in self.parties}
        return known.get(code, PartyFace(code, code, 0))


@dataclass(frozen=True, slots=True)
class FilterWords:
    """What a filter may ask for: pairs of code and name, and the parties."""

    acts: tuple[tuple[str, str], ...]
    severities: tuple[tuple[str, str], ...]
    agreement: AgreementFace


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """An incident as the public may know it; all but its key is on the allow-list."""

    key: uuid.UUID  # for our own joins; no page and no answer shows it
    code: str
    act: str
    act_name: str
    state: str
    category: str  # class of the partition
    shape: str  # allegation | contested | finding
    window_from: datetime
    window_until: datetime
    precision: str
    place: PlaceChoice | None
    cell: str
    lat: float | None
    lon: float | None
    radius_m: float | None
    ring: tuple[tuple[float, float], ...]
    accused: tuple[PartyFace, ...]
    admissibility: str
    reasons: tuple[dict[str, str], ...]
    ruling: str
    n_reports: int
    n_public: int
    n_origins: int
    replies: tuple[tuple[str, str], ...]  # (party code, admits | denies | ... | silent | awaited)
    finding_code: str
    outcome: str
    attributed: tuple[PartyFace, ...]
    severity: str
    withheld_until: datetime | None = None  # then it is counted and nothing more
    carried_from: str = ""  # the mechanism that ruled, where it was not this one
    statements: tuple[dict[str, Any], ...] = ()
    positions: tuple[dict[str, Any], ...] = ()
    history: tuple[HistoryLine, ...] = ()
    clocks: tuple[Clock, ...] = ()  # of replies and of the decision, never of ballots

    @property
    def n_observers(self) -> int:
        """Return how many reports come from people with an account, of whom nothing is said."""
        return self.n_reports - self.n_public

    @property
    def area(self) -> str:
        """Return the named place or the area it is shown in; '' if not located."""
        return self.place.key if self.place else self.cell

    @property
    def is_counted(self) -> bool:
        """Answer whether the standings count it: neither ruled nor computed to be outside."""
        return self.state != "inadmissible" and self.admissibility != "inadmissible"


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as lists show it."""

    code: str
    incident: str
    version: int
    outcome: str
    published_at: datetime
    content: dict[str, Any]

    @property
    def outcome_name(self) -> str:
        return str(Outcome(self.outcome).label)

    @property
    def act_name(self) -> str:
        return localized(self.content["act_names"])

    @property
    def place_name(self) -> str:
        return str(self.content["place"]["label"])

    @property
    def attributed(self) -> list[PartyFace]:
        """Return the parties it names, as they were named when it was published."""
        decision = self.content["decision"] or {"parties": []}
        known = self.content["parties"]
        return [
            PartyFace(code, localized(known[code]["names"]), known[code]["colour"])
            for code in decision["parties"]
        ]


@dataclass(frozen=True, slots=True)
class PublicFinding:
    """One published finding with its versions, newest first: (code, published at)."""

    line: FindingLine
    agreement: str
    versions: tuple[tuple[str, datetime], ...]

    @property
    def newer(self) -> str:
        """Return the code of the version that supersedes this one; '' if this one stands."""
        return "" if self.versions[0][0] == self.line.code else self.versions[0][0]


@dataclass(frozen=True, slots=True)
class Day:
    """One bar of the timeline, a day or more, in the agreement's zone; coverage 0..1."""

    begins: datetime
    ends: datetime
    allegations: int
    contested: int
    findings: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Area:
    """Incidents of one named place or area, or of a larger cell of several."""

    key: str  # what the filter calls it; '' for a larger cell
    place_id: uuid.UUID | None
    cell: str
    lat: float
    lon: float
    radius_m: float | None
    allegations: int
    contested: int
    findings: int
    n_areas: int = 1
    place: PlaceChoice | None = None  # with its names, once it is to be shown

    @property
    def total(self) -> int:
        return self.allegations + self.contested + self.findings


@dataclass(frozen=True, slots=True)
class CaseTotals:
    """How all incidents ever opened divide: opened = decided + undecided + ruled + merged."""

    opened: int
    decided: int
    undecided: int
    inadmissible: int
    merged: int
    outside: int  # of the decided and undecided: computed to lie outside, counted for nobody

    @property
    def standing(self) -> int:
        """Return the incidents that stand: those merged into another are counted there."""
        return self.opened - self.merged


@dataclass(frozen=True, slots=True)
class Standings:
    """Every party's record, with the partition of reports and incidents it has to agree with."""

    as_of: datetime
    agreement: AgreementFace
    in_force_from: datetime | None
    in_force_until: datetime | None
    lines: tuple[StandingLine, ...]
    partition: tuple[Line, ...]
    totals: CaseTotals
    recommended: Mapping[str, PartyCounts] = field(default_factory=dict)  # by party; no rate
    withheld: Withheld | None = None

    @property
    def received(self) -> int:
        return sum(line.count for line in self.partition)

    @property
    def refusal(self) -> str:
        """Return why no comparison is supported, in words; '' if one is."""
        return self.lines[0].comparison if self.lines else ""

    @property
    def computed_at(self) -> datetime | None:
        """Return when the newest line was computed; None before the first."""
        return max((line.as_of for line in self.lines), default=None)

    @property
    def missing(self) -> int:
        """Return how many counted incidents the lines do not cover yet (or no longer)."""
        counted = self.totals.decided + self.totals.undecided - self.totals.outside
        return counted - self.lines[0].n_admissible if self.lines else counted


@dataclass(frozen=True, slots=True)
class FindingList:
    """Some of an agreement's current findings, of how many; `older` is '' at the end."""

    findings: tuple[FindingLine, ...]
    n_all: int
    older: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """How many incidents are counted and not shown for now, and when the last of them will be."""

    n: int
    until: datetime


@dataclass(frozen=True, slots=True)
class IncidentList:
    """A page of the incidents under a filter, of how many; cursors are '' at the ends."""

    as_of: datetime
    agreement: AgreementFace
    wanted: IncidentFilter
    incidents: tuple[PublicIncident, ...]
    n_shown: int
    n_all: int
    newer: str = ""
    older: str = ""
    withheld: Withheld | None = None
    behind: bool = False  # so much changed at once that not all is counted yet


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the public dashboard shows, from one reading."""

    standings: Standings
    found: IncidentList
    located: tuple[PublicIncident, ...]  # for the map: the latest that are located
    n_ruled: int  # of those asked for, ruled to lie outside the agreement
    areas: tuple[Area, ...]  # all of them counted by place, cell or larger cell
    days: tuple[Day, ...]
    findings: FindingList
