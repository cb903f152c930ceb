"""The published incidents in the layouts of other systems: which rows, which cells, what is lost.

Every layout loses something, and says so in a sidecar. The rows are those of the public pages,
signed and as coarse as there. Without being asked for more, only what a panel confirmed goes out:
these layouts have no column that tells an allegation from a finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.agreement.models import Agreement
from reports.agreement.queries import act_kinds, parties_of
from reports.cells import Cell
from reports.places.geo import distance_m
from verification.adjudication.answers import Outcome
from verification.publication.faces import PublicIncident
from verification.publication.models import Finding
from verification.publication.open_data import CHUNK, LISTED, public_incidents


class Status(models.TextChoices):
    """Which incidents an export holds."""

    CONFIRMED = "confirmed", _("Violations a panel found")
    DECIDED = "decided", _("All incidents a panel decided")
    ALL = "all", _("All incidents, allegations among them")


CONFIRMED = frozenset({Outcome.ATTRIBUTED, Outcome.NOT_ATTRIBUTABLE})
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Exported:
    """One incident as every layout reads it; nothing here that the public pages do not show."""

    code: str
    act: str
    act_name: str
    codes: Mapping[str, str]  # of the kind of act in other systems
    begins: datetime
    ends: datetime  # half-open
    precision: str
    first_day: date  # in the agreement's zone
    last_day: date
    place: str
    lat: float | None
    lon: float | None
    precision_m: int | None  # of the position, all round it
    accused: tuple[str, ...]
    attributed: tuple[str, ...]
    shape: str
    outcome: str
    severity: str
    finding: str
    published_at: datetime | None
    killed: Range | None  # least and most that named speakers say
    killed_civilians: Range | None
    reports: int
    origins: int
    sides: tuple[str, ...]  # names of all parties, by alphabet

    @property
    def days(self) -> int:
        """Return how many days the window touches."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a layout: its name, what of ours it holds ('' for nothing), and how."""

    name: str
    holds: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout: its columns, what a row of it is (None: it cannot say that), its gaps."""

    name: str
    title: object
    purpose: object
    fields: tuple[Field, ...]
    row: Callable[[Exported], tuple[Cell, ...] | None]
    dropped: tuple[str, ...]
    tags: tuple[str, ...] = ()  # a second row of headings

    @property
    def header(self) -> list[str]:
        """Return the names of the columns."""
        return [field.name for field in self.fields]

    def lines(self, rows: Iterable[Exported]) -> Iterator[tuple[Cell, ...]]:
        """Yield the rows under the header, tags first."""
        if self.tags:
            yield self.tags
        for one in rows:
            line = self.row(one)
            if line is not None:
                yield line


def exported(agreement: Agreement, at: datetime, status: str) -> Iterator[Exported]:
    """Yield the incidents an export holds, latest first, a page at a time."""
    codes = {act.code: act.codes for act in act_kinds()}
    sides = tuple(sorted(party.names.get("en", party.code) for party in parties_of(agreement.pk)))
    zone = ZoneInfo(agreement.timezone)
    faces = (one for one in public_incidents(agreement, at) if _is_asked_for(one, status))
    while page := list(islice(faces, CHUNK)):
        named = [one.finding_code for one in page if one.finding_code]
        findings = {row.code: row for row in Finding.objects.filter(code__in=named)}
        for one in page:
            yield _exported(one, findings.get(one.finding_code), codes, sides, zone)


def _is_asked_for(one: PublicIncident, status: str) -> bool:
    if one.withheld_until is not None:
        return False
    if status == Status.CONFIRMED:
        return bool(one.finding_code) and one.outcome in CONFIRMED
    return status == Status.ALL or bool(one.finding_code)


def _exported(
    one: PublicIncident,
    finding: Finding | None,
    codes: Mapping[str, Mapping[str, str]],
    sides: tuple[str, ...],
    zone: ZoneInfo,
) -> Exported:
    statements = finding.content["statements"] if finding is not None else ()
    last = one.window_until - timedelta(microseconds=1)
    return Exported(
        code=one.code,
        act=one.act,
        act_name=one.act_name,
        codes=codes.get(one.act, {}),
        begins=one.window_from,
        ends=one.window_until,
        precision=one.precision,
        first_day=one.window_from.astimezone(zone).date(),
        last_day=last.astimezone(zone).date(),
        place=one.place.label if one.place else "",
        lat=one.lat,
        lon=one.lon,
        precision_m=precision_of(one),
        accused=tuple(party.code for party in one.accused),
        attributed=tuple(party.name for party in one.attributed),
        shape=one.shape,
        outcome=one.outcome,
        severity=one.severity,
        finding=one.finding_code,
        published_at=finding.published_at if finding is not None else None,
        killed=killed_in(statements),
        killed_civilians=killed_in(statements, category="civilians"),
        reports=one.n_reports,
        origins=one.n_origins,
        sides=sides,
    )


def precision_of(one: PublicIncident) -> int | None:
    """Return within how many metres of its public position an incident lies; None without one."""
    if one.lat is None or one.lon is None:
        return None
    if one.radius_m is not None:
        return round(one.radius_m)
    corners = [distance_m(one.lat, one.lon, lat, lon) for lon, lat in one.ring]
    return round(max(corners)) if corners else None


def killed_in(statements: Sequence[Mapping[str, Any]], *, category: str = "") -> Range | None:
    """Return the least and the most killed that named speakers say; None where nobody says.

    What one speaker says of several categories is added up; speakers are never added up.
    """
    said: list[Range] = []
    for statement in statements:
        tolls = [
            toll
            for toll in statement["tolls"]
            if toll["harm"] == "killed" and category in ("", toll["category"])
        ]
        if tolls and statement["stance"] != "denies":
            said.append((sum(map(_least, tolls)), sum(map(_most, tolls))))
    return (min(low for low, _h in said), max(high for _l, high in said)) if said else None


def _least(toll: Mapping[str, Any]) -> int:
    given = [toll[name] for name in ("least", "best") if toll[name] is not None]
    return int(given[0]) if given else 0  # "at most" alone names no least


def _most(toll: Mapping[str, Any]) -> int:
    given = [toll[name] for name in ("most", "best", "least") if toll[name] is not None]
    return int(given[0]) if given else 0


def instant(value: datetime | None) -> str:
    """Return an instant as all layouts write it."""
    return "" if value is None else f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def listed(values: Iterable[str]) -> str:
    """Return several values in one cell."""
    return LISTED.join(values)


def sidecar(layout: Layout, rows: Iterable[Exported], status: str) -> dict[str, Any]:
    """Return what a layout makes of these rows, and what it leaves out; it reads them all."""
    counts: Counter[str] = Counter()
    for one in rows:
        counts["incidents"] += 1
        counts["rows" if layout.row(one) is not None else "left_out"] += 1
    return {
        "layout": layout.name,
        "status": status,
        "statuses": [str(value) for value in Status.values],
        "incidents": counts["incidents"],
        "rows": counts["rows"],
        "left_out": counts["left_out"],
        "columns": [
            {"column": field.name, "holds": field.holds, "how": field.how}
            for field in layout.fields
        ],
        "dropped": list(layout.dropped),
    }
