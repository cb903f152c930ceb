"""One consistent reading of an agreement's public rows.

What is counted = the kept counts, less what they hold of files that changed since, plus those
files as they are now; so a number is exact at every moment, whenever the keeper last ran.
"""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import OperationalError, connection, models, transaction
from django.db.models import Count, F, Func, Max, Min, Q, QuerySet, Sum, Value
from django.utils.translation import gettext_lazy

from reports.agreement.models import Agreement
from reports.intake.states import ReportState
from reports.problems import Problem
from verification.caseload.classes import Line
from verification.caseload.queries import partition_lines
from verification.incidents.models import Incident
from verification.incidents.states import IncidentState
from verification.publication.assemble import agreement_face, order_of
from verification.publication.faces import CaseTotals, PublicIncident, Withheld
from verification.publication.filters import DECIDED, UNDECIDED, UNDECIDED_STATES, IncidentFilter
from verification.publication.kept import (
    changed_ids,
    faces_of_rows,
    files_of,
    rows_now,
)
from verification.publication.models import AreaCount, DayCount, PublicRow, ReportCount
from verification.publication.shapes import WITHHELD
from verification.publication.unsigned import in_snapshot, unsigned, unsigned_of_snapshot

LONGEST_MS = 5000  # of one public question to the database
MOST_CHANGED = 1000  # changed files that one reading looks at itself; the keeper does the rest
DAY_FIELDS = frozenset({"category", "shape", "since", "until", "counted", "accused"})
AREA_FIELDS = frozenset({"category", "shape", "counted", "area", "accused"})
DAY = timedelta(days=1)
Groups = Counter[tuple[Any, ...]]


class TooHeavy(Problem):
    """Raised when a public question would hold the database for too long."""

    code = "too-heavy"
    status = 503
    title = gettext_lazy("This question takes too long to answer; narrow the filter")


@contextmanager
def bounded() -> Iterator[None]:
    """Read from one snapshot, and for a bounded time. Errors: TooHeavy."""
    if in_snapshot():
        yield  # the one outside bounds it, and answers for it
        return
    outermost = not connection.in_atomic_block
    try:
        with transaction.atomic(), unsigned_of_snapshot(), connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(LONGEST_MS)])
            yield
            if not outermost:
                cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":  # query_canceled
            raise TooHeavy() from error
        raise


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: the instant and the code of the row next to it; which way to go on."""

    at: datetime
    code: str
    back: bool = False

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Return the cursor in an address. Errors: ValueError."""
        way, _comma, rest = text.partition(".")
        at, _comma, code = rest.partition("_")
        instant = datetime.fromisoformat(at)
        if way not in ("after", "before") or instant.tzinfo is None or not code.isprintable():
            raise ValueError(text)
        return cls(instant, code, way == "before")

    def __str__(self) -> str:
        instant = self.at.isoformat().replace("+00:00", "Z")
        return f"{'before' if self.back else 'after'}.{instant}_{self.code}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list with the cursors of its neighbours, None where there are none."""

    incidents: tuple[PublicIncident, ...]
    newer: Cursor | None
    older: Cursor | None


@dataclass(frozen=True, slots=True)
class Sums:
    """Public rows of one state and class: how many, their reports, and how many have findings."""

    state: str
    category: str
    counted: bool
    n: int
    n_home: int
    n_copies: int
    n_found: int


class Reading:
    """The public rows of one agreement at one instant; make it inside `bounded()`."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.face = agreement_face(agreement)
        self.zone = ZoneInfo(agreement.timezone)
        self.hidden = unsigned()
        changed = set(changed_ids(agreement, most=MOST_CHANGED + 1))
        self.behind = len(changed) > MOST_CHANGED  # the kept rows do not hold all yet
        if self.behind:
            changed = set()
        changed |= self._of_ours({event.file_id for event in self.hidden.events if event.file_id})
        files = files_of(changed) if changed else {}
        self.stale = tuple(files)
        self.now = rows_now(agreement, files, hidden_by=self.hidden)
        kept = list(PublicRow.objects.filter(incident_id__in=self.stale)) if self.stale else []
        self.then = list(zip(kept, faces_of_rows(kept, self.face), strict=True))

    def _of_ours(self, incident_ids: set[uuid.UUID]) -> set[uuid.UUID]:
        """Return which of these incidents fall under this agreement."""
        ours = Incident.objects.filter(agreement=self.agreement, pk__in=incident_ids)
        return set(ours.values_list("pk", flat=True)) if incident_ids else set()

    # -- rows -------------------------------------------------------------------------------

    def rows(self, wanted: IncidentFilter) -> QuerySet[PublicRow]:
        """Return the kept rows that hold and are asked for."""
        found = PublicRow.objects.filter(self._asked(wanted), agreement=self.agreement)
        if wanted.since:  # the same days as a range of the index the lists are read by
            found = found.filter(window_from__gte=self._midnight(wanted.since - self.longest))
        if wanted.until:
            found = found.filter(window_from__lt=self._midnight(wanted.until + DAY))
        return found.exclude(incident_id__in=self.stale) if self.stale else found

    def fresh(self, wanted: IncidentFilter) -> list[PublicIncident]:
        """Return the changed incidents that are asked for, latest first."""
        return [face for _row, face in self.now if wanted.matches(face, self.zone)]

    def page(self, wanted: IncidentFilter, cursor: Cursor | None, size: int) -> Page:
        """Return the incidents asked for next to a cursor, latest first."""
        back = cursor is not None and cursor.back
        rows = self.rows(wanted)
        rows = (
            rows.order_by("window_from", "-code") if back else rows.order_by("-window_from", "code")
        )
        fresh = self.fresh(wanted)
        if cursor is not None:
            rows = rows.filter(_beyond("window_from", "code", cursor))
            place = (-cursor.at.timestamp(), cursor.code)
            fresh = [f for f in fresh if (order_of(f) < place if back else order_of(f) > place)]
        found = faces_of_rows(list(rows[: size + 1]), self.face) + fresh
        found.sort(key=order_of, reverse=back)
        more, found = len(found) > size, found[:size]
        if back:
            found.reverse()
        newer = more if back else cursor is not None
        older = (cursor is not None) if back else more
        return Page(
            tuple(found),
            Cursor(found[0].window_from, found[0].code, back=True) if found and newer else None,
            Cursor(found[-1].window_from, found[-1].code) if found and older else None,
        )

    def located(self, wanted: IncidentFilter, *, most: int) -> list[PublicIncident]:
        """Return the latest incidents asked for that are shown at some place."""
        rows = self.rows(wanted).exclude(area="").order_by("-window_from", "code")[:most]
        found = faces_of_rows(list(rows), self.face)
        found += [face for face in self.fresh(wanted) if face.area]
        return sorted(found, key=order_of)[:most]

    def findings(self, cursor: Cursor | None, size: int) -> tuple[list[str], bool]:
        """Return the codes of current findings after a cursor, latest first; whether more come."""
        found = self.rows(IncidentFilter()).exclude(finding_code="")
        fresh = [(row.found_at, row.finding_code) for row, _face in self.now if row.finding_code]
        if cursor is not None:
            found = found.filter(
                Q(found_at__lt=cursor.at) | Q(found_at=cursor.at, finding_code__lt=cursor.code),
                found_at__lte=cursor.at,
            )
            fresh = [one for one in fresh if one < (cursor.at, cursor.code)]
        rows = found.order_by("-found_at", "-finding_code").values_list("found_at", "finding_code")
        both = sorted([*rows[: size + 1], *fresh], reverse=True)
        return [code for _at, code in both[:size]], len(both) > size

    def by_codes(self, codes: Sequence[str]) -> list[PublicIncident]:
        """Return the incidents with these codes."""
        rows = PublicRow.objects.filter(
            agreement=self.agreement, code__in=codes, withheld_until=None
        )
        kept = faces_of_rows(list(rows.exclude(incident_id__in=self.stale)), self.face)
        fresh = [face for row, face in self.now if row.withheld_until is None]
        return kept + [face for face in fresh if face.code in codes]

    # -- counts -----------------------------------------------------------------------------

    def count(self, wanted: IncidentFilter) -> int:
        """Return how many incidents are asked for."""
        return sum(self.grouped(wanted, "state").values()) if wanted else self.n_all

    def count_at_most(self, wanted: IncidentFilter, most: int) -> tuple[int, bool]:
        """Return how many incidents are asked for, and whether that is all of them.

        What kept sums cannot tell is counted row by row, as far as `most` and no further.
        """
        if not wanted or _smallest(wanted, ["state"]) is not PublicRow:
            return self.count(wanted), True
        seen = self.rows(wanted).values("pk")[: most + 1]
        n = seen.count() + len(self.fresh(wanted))
        return (n, True) if n <= most else (most, False)

    def grouped(self, wanted: IncidentFilter, *by: str) -> Groups:
        """Return {values of these fields: how many incidents are asked for}."""
        model = _smallest(wanted, by)
        rows = model._default_manager.filter(self._asked(wanted), agreement=self.agreement)
        n = Count("pk") if model is PublicRow else Sum("n")
        found: Groups = Counter(
            {tuple(row[:-1]): row[-1] for row in rows.values_list(*by).annotate(n)}
        )
        for sign, changed in ((-1, self.then), (1, self.now)):
            for row, face in changed:
                if wanted.matches(face, self.zone):
                    found[tuple(getattr(row, name) for name in by)] += sign
        return Counter({key: n for key, n in found.items() if n})

    def bars(self, wanted: IncidentFilter, starts: Sequence[date]) -> Groups:
        """Return {(bar, shape, state): how many asked for begin in it}; bars begin at `starts`.

        The last of `starts` is the end of the last bar; what lies outside is left out.
        """
        model = _smallest(wanted, ("first_day", "shape", "state"))
        rows = model._default_manager.filter(self._asked(wanted), agreement=self.agreement)
        n = Count("pk") if model is PublicRow else Sum("n")
        bar = Func(
            "first_day",
            Value(list(starts), output_field=ArrayField(models.DateField())),
            function="width_bucket",
            output_field=models.IntegerField(),
        )
        days = rows.filter(first_day__gte=starts[0], first_day__lt=starts[-1])
        grouped = days.annotate(bar=bar).values_list("bar", "shape", "state").annotate(n)
        found: Groups = Counter({(row[0] - 1, *row[1:3]): row[3] for row in grouped})
        for sign, changed in ((-1, self.then), (1, self.now)):
            for row, face in changed:
                at = bisect_right(starts, row.first_day) - 1
                if 0 <= at < len(starts) - 1 and wanted.matches(face, self.zone):
                    found[at, row.shape, row.state] += sign
        return found

    @cached_property
    def longest(self) -> timedelta:
        """Return the most days from the first to the last day of any kept row."""
        rows = DayCount.objects.filter(agreement=self.agreement)
        return rows.aggregate(most=Max(F("last_day") - F("first_day")))["most"] or timedelta()

    def _asked(self, wanted: IncidentFilter) -> Q:
        """Return the filter as columns have it, with a lower bound for the index."""
        asked = _columns(wanted)
        if wanted.since:
            asked &= Q(first_day__gte=wanted.since - self.longest)
        return asked

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), tzinfo=self.zone)

    def first_and_last(self, wanted: IncidentFilter) -> tuple[date, date] | None:
        """Return the first and the last day on which incidents asked for begin."""
        rows: QuerySet[Any] = (
            DayCount.objects.filter(self._asked(wanted), agreement=self.agreement)
            if _narrowed(wanted) <= DAY_FIELDS and not self.stale
            else self.rows(wanted)
        ).exclude(state=IncidentState.INADMISSIBLE)
        ends = rows.aggregate(first=Min("first_day"), last=Max("first_day"))
        fresh = [
            face.window_from.astimezone(self.zone).date()
            for face in self.fresh(wanted)
            if face.state != IncidentState.INADMISSIBLE
        ]
        days = [day for day in (ends["first"], ends["last"]) if day] + fresh
        return (min(days), max(days)) if days else None

    @cached_property
    def sums(self) -> list[Sums]:
        """Return all public rows summed up once: what totals and partition are made of."""
        figures = ("n", "n_home", "n_copies", "n_found")
        rows = AreaCount.objects.filter(agreement=self.agreement)
        found: dict[tuple[str, str, bool], Counter[str]] = defaultdict(Counter)
        summed = rows.values_list("state", "category", "counted")
        for values in summed.annotate(*(Sum(name) for name in figures)):
            found[values[:3]].update(dict(zip(figures, values[3:], strict=True)))
        for sign, changed in ((-1, self.then), (1, self.now)):
            for row, _face in changed:
                at = found[row.state, row.category, row.counted]
                at["n"] += sign
                at["n_home"] += sign * row.n_home
                at["n_copies"] += sign * row.n_copies
                at["n_found"] += sign * bool(row.finding_code)
        return [
            Sums(
                *key, n=at["n"], n_home=at["n_home"], n_copies=at["n_copies"], n_found=at["n_found"]
            )
            for key, at in found.items()
        ]

    @property
    def n_all(self) -> int:
        """Return how many incidents are public: those withheld for now are counted apart."""
        return sum(one.n for one in self.sums) - (self.withheld.n if self.withheld else 0)

    @cached_property
    def withheld(self) -> Withheld | None:
        """Return how many incidents are counted and not shown for now; None if none are."""
        rows = PublicRow.objects.filter(agreement=self.agreement, withheld_until__isnull=False)
        kept = rows.exclude(incident_id__in=self.stale).values_list("withheld_until", flat=True)
        fresh = [row.withheld_until for row, _face in self.now if row.withheld_until]
        until = [one for one in (*kept, *fresh) if one is not None]
        return Withheld(len(until), max(until)) if until else None

    @property
    def n_findings(self) -> int:
        """Return how many current findings there are."""
        return sum(one.n_found for one in self.sums)

    def totals(self) -> CaseTotals:
        """Return how all incidents ever opened divide; the parts add up."""
        merged = Incident.objects.filter(agreement=self.agreement, state=IncidentState.MERGED)
        n_merged = merged.count()
        undecided = [one for one in self.sums if one.state in UNDECIDED_STATES]
        decided = [one for one in self.sums if one.state == IncidentState.DECIDED]
        return CaseTotals(
            opened=sum(one.n for one in self.sums) + n_merged,
            decided=sum(one.n for one in decided),
            undecided=sum(one.n for one in undecided),
            inadmissible=sum(o.n for o in self.sums if o.state == IncidentState.INADMISSIBLE),
            merged=n_merged,
            outside=sum(one.n for one in [*decided, *undecided] if not one.counted),
        )

    def partition(self) -> list[Line]:
        """Return how all reports divide; the counts add up to those received."""
        states = ReportCount.objects.filter(agreement=self.agreement).values_list("state")
        received = dict(states.annotate(total_=Sum("n")))
        counts: Counter[str] = Counter()
        for one in self.sums:
            counts[one.category] += one.n_home - one.n_copies
            counts["duplicate"] += one.n_copies
        at_home = sum(one.n_home for one in self.sums)
        counts["awaiting_triage"] = received.get(ReportState.FILED, 0)
        counts["rejected"] = received.get(ReportState.REJECTED, 0)
        counts["withdrawn"] = received.get(ReportState.WITHDRAWN, 0)
        counts["awaiting_link"] = received.get(ReportState.ACCEPTED, 0) - at_home
        return partition_lines(counts)


def _smallest(wanted: IncidentFilter, by: Sequence[str]) -> type[models.Model]:
    """Return the smallest table that can answer: counts by area or by day, or the rows."""
    for model, known in ((AreaCount, AREA_FIELDS), (DayCount, DAY_FIELDS)):
        columns = {field.attname for field in model._meta.concrete_fields}
        if _narrowed(wanted) <= known and columns >= set(by):
            return model
    return PublicRow


def _narrowed(wanted: IncidentFilter) -> set[str]:
    return {name for name in IncidentFilter.__slots__ if getattr(wanted, name)}


def _columns(wanted: IncidentFilter) -> Q:
    """Return the filter as the columns of rows and counts have it."""
    asked = ~Q(shape=WITHHELD)
    for name in ("act", "severity", "shape", "area"):
        if getattr(wanted, name):
            asked &= Q(**{name: getattr(wanted, name)})
    for name, column in (("accused", "accused"), ("found", "attributed"), ("reply", "replies")):
        if getattr(wanted, name):
            asked &= Q(**{f"{column}__contains": [getattr(wanted, name)]})
    if wanted.category == UNDECIDED:
        asked &= Q(state__in=UNDECIDED_STATES)
    elif wanted.category == DECIDED:
        asked &= Q(state=IncidentState.DECIDED)
    elif wanted.category:
        asked &= Q(category=wanted.category)
    if wanted.counted:
        asked &= Q(counted=True)
    if wanted.since:
        asked &= Q(last_day__gte=wanted.since)
    if wanted.until:
        asked &= Q(first_day__lte=wanted.until)
    return asked


def _beyond(instant: str, code: str, cursor: Cursor) -> Q:
    """Return the rows beyond a cursor, as a range of the index and the rest of its first row."""
    way, on = ("gt", "lt") if cursor.back else ("lt", "gt")
    edge = Q(**{f"{instant}__{way}": cursor.at})
    tied = Q(**{instant: cursor.at, f"{code}__{on}": cursor.code})
    return Q(**{f"{instant}__{way}e": cursor.at}) & (edge | tied)
