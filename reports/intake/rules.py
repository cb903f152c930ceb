"""Pure rules of intake: is a filing complete, and is an event admissible."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.models import Likelihood
from reports.agreement.rules import Period
from reports.intake.choices import (
    AccusedKind,
    CountQualifier,
    Effect,
    LocationKind,
    Means,
    ObservationUnit,
    OriginKind,
    PlaceAccuracy,
    Stance,
    TimePrecision,
    TollCategory,
    TollHarm,
)
from reports.intake.drafts import OriginDraft, ReportDraft, TollRange, Where
from reports.places.geo import Spot
from reports.places.zones import Lie, lie_of

CLOCK_SKEW = timedelta(minutes=10)  # a phone's clock may run this far ahead of ours
LONGEST_WINDOW = timedelta(days=92)  # a quarter; a longer one is not one event
NARRATIVE_LEAST, NARRATIVE_MOST = 10, 10_000  # characters
COUNT_MOST = 100_000  # shots, persons: beyond this it is a slip of the finger
RANGE_MOST_M = 100_000  # metres an observer can see or hear
TEXT_MOST = 200  # characters of a short answer
LINK_MOST = 1000  # characters
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")  # BCP 47, as far as we use it
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL, and halves of characters
EARLIEST_YEAR = 1900  # an older one is a slip of the finger

Problems = dict[str, list[str]]


def problems_in(draft: ReportDraft, *, parties: Iterable[str], at: datetime) -> Problems:
    """Return {field: messages} for every answer of a draft that needs another look."""
    found: Problems = defaultdict(list)
    _check_choices(draft, found)
    _check_window(draft, found, at)
    _check_where(draft.where, found)
    _check_accused(draft, found, frozenset(parties))
    _check_counts(draft, found)
    for toll in draft.tolls:
        _check_toll(toll, found)
    _check_texts(draft, found)
    _check_origin(draft, draft.origin, found)
    return dict(found)


@cache
def _values_of(choices: type) -> tuple[str, ...]:
    """Return the values of a closed list; they are worked out anew each time they are asked for."""
    return tuple(choices.values)  # type: ignore[attr-defined]


def _check_choices(draft: ReportDraft, found: Problems) -> None:
    asked: Sequence[tuple[str, str, type, bool]] = (
        ("stance", draft.stance, Stance, False),
        ("means", draft.means, Means, True),
        ("time_precision", draft.time_precision, TimePrecision, False),
        ("location_kind", draft.where.kind, LocationKind, False),
        ("place_accuracy", draft.where.accuracy, PlaceAccuracy, True),
        ("effect", draft.effect, Effect, False),
        ("observation_unit", draft.observation_unit, ObservationUnit, True),
        ("count_qualifier", draft.count_qualifier, CountQualifier, False),
        ("accused", draft.accused_kind, AccusedKind, False),
        ("origin_kind", draft.origin.kind, OriginKind, False),
        ("own_confidence", draft.own_confidence, Likelihood, True),
    )
    for name, value, choices, may_be_blank in asked:
        if not value and may_be_blank:
            continue
        known = _values_of(choices)
        if value not in known:
            listed = ", ".join(known)
            found[name].append(_("Choose one of: %(choices)s.") % {"choices": listed})
    if draft.stance == Stance.OBSERVES and not draft.means:
        found["means"].append(_("Say how it was noticed: seen, heard, recorded, measured or told."))


def _check_window(draft: ReportDraft, found: Problems, at: datetime) -> None:
    if draft.observed_from.tzinfo is None or draft.observed_until.tzinfo is None:
        found["observed_from"].append(_("Give the time with its offset from UTC."))
        return
    if draft.observed_from.year < EARLIEST_YEAR:
        found["observed_from"].append(_("Check the year."))
        return
    if draft.observed_until <= draft.observed_from:
        found["observed_until"].append(_("The end must come after the beginning."))
    elif draft.observed_until - draft.observed_from > LONGEST_WINDOW:
        found["observed_until"].append(
            _("One report covers at most %(days)s days; file one report for each event.")
            % {"days": LONGEST_WINDOW.days}
        )
    if draft.observed_from > at + CLOCK_SKEW:
        found["observed_from"].append(_("This lies in the future; check the date and the year."))


def _is_number(value: float | None, least: float, most: float) -> bool:
    return value is not None and math.isfinite(value) and least <= value <= most


def _check_where(where: Where, found: Problems) -> None:
    if where.kind == LocationKind.PLACE and where.place_id is None:
        found["place"].append(_("Type a name and choose one of the places offered."))
    if where.kind == LocationKind.BETWEEN:
        _check_ends(where, found)
    if where.kind == LocationKind.NAMED and not where.typed.strip():
        found["place_typed"].append(_("Write the place as you know it."))
    if where.kind in (LocationKind.POINT, LocationKind.BEARING):
        if not _is_number(where.lat, -90, 90):
            found["lat"].append(_("Latitude is a number from -90 to 90, such as 40.68."))
        if not _is_number(where.lon, -180, 180):
            found["lon"].append(_("Longitude is a number from -180 to 180, such as 46.36."))
    if where.kind == LocationKind.POINT and not _is_number(where.accuracy_m, 1, RANGE_MOST_M):
        found["accuracy_m"].append(_("Say how exact the point is, in metres (1 to 100,000)."))
    if where.kind == LocationKind.BEARING:
        if not _is_number(where.range_m, 1, RANGE_MOST_M):
            found["range_m"].append(_("The range is a distance in metres (1 to 100,000)."))
        if not _is_number(where.bearing_deg, 0, 360):
            found["bearing_deg"].append(_("The bearing is in degrees from north, 0 to 360."))
        if where.range_error_m is not None and not _is_number(where.range_error_m, 0, RANGE_MOST_M):
            found["range_error_m"].append(_("The error of the range is in metres (0 to 100,000)."))
        if where.bearing_error_deg is not None and not _is_number(where.bearing_error_deg, 0, 90):
            found["bearing_error_deg"].append(_("The error of the bearing is 0 to 90 degrees."))


def _check_ends(where: Where, found: Problems) -> None:
    for name, place_id in (("place", where.place_id), ("other_place", where.other_place_id)):
        if place_id is None:
            found[name].append(_("Type a name and choose one of the places offered."))
    if where.place_id is not None and where.place_id == where.other_place_id:
        found["other_place"].append(_("Choose another place: the two ends are the same."))
    if where.accuracy_m is not None and not _is_number(where.accuracy_m, 1, RANGE_MOST_M):
        found["accuracy_m"].append(_("Say how exact it is, in metres (1 to 100,000)."))


def _check_accused(draft: ReportDraft, found: Problems, parties: frozenset[str]) -> None:
    named = draft.accused_kind == AccusedKind.PARTY
    if named and draft.accused_code not in parties:
        listed = ", ".join(sorted(parties))
        found["accused"].append(
            _("This agreement has these parties: %(parties)s.") % {"parties": listed}
        )
    if draft.stance == Stance.ALLEGES and draft.accused_kind == AccusedKind.NOBODY:
        found["accused"].append(_("An allegation accuses somebody; choose who, or “Not known”."))
    if draft.stance == Stance.ADMITS and not named:
        found["accused"].append(_("An admission names the party that admits the act."))
    if draft.stance == Stance.DENIES and named:
        found["accused"].append(
            _("A denial accuses nobody. If it also accuses the other side, file that separately.")
        )


def _check_counts(draft: ReportDraft, found: Problems) -> None:
    if draft.observation_count is None:
        return
    if not 0 <= draft.observation_count <= COUNT_MOST:
        found["observation_count"].append(_("A count is a whole number from 0 to 100,000."))
    if not draft.observation_unit:
        found["observation_unit"].append(_("Say what was counted: explosions, shots, persons …"))


def _check_toll(toll: TollRange, found: Problems) -> None:
    name = f"{toll.harm}_{toll.category}"
    if toll.harm not in _values_of(TollHarm) or toll.category not in _values_of(TollCategory):
        found["tolls"].append(_("A toll names a harm and a category from the lists."))
        return
    figures = [n for n in (toll.least, toll.best, toll.most) if n is not None]
    if any(not 0 <= n <= COUNT_MOST for n in figures):
        found[name].append(_("Numbers of persons run from 0 to 100,000."))
    elif figures != sorted(figures):
        found[name].append(_("Least, best and most must not decrease."))


def _check_texts(draft: ReportDraft, found: Problems) -> None:
    size = len(draft.narrative.strip())
    if size < NARRATIVE_LEAST:
        found["narrative"].append(_("Say in a sentence what happened and how it is known."))
    if size > NARRATIVE_MOST:
        found["narrative"].append(
            _("At most %(most)s characters; this has %(size)s.")
            % {"most": NARRATIVE_MOST, "size": size}
        )
    short = (
        ("weapon", draft.weapon),
        ("place_typed", draft.where.typed),
        ("publisher", draft.origin.publisher),
        ("origin_key", draft.origin.key),
    )
    for name, text in short:
        if len(text) > TEXT_MOST:
            found[name].append(_("At most %(most)s characters.") % {"most": TEXT_MOST})
    if not LANGUAGE.fullmatch(draft.language):
        found["language"].append(_("A language is written as its code, such as “az” or “hy”."))
    others = (
        ("narrative", draft.narrative),
        ("source_url", draft.origin.url),
        ("act", draft.act),
        ("supersedes", draft.supersedes),
    )
    for name, text in (*short, *others):
        if UNSTORABLE.search(text):
            found[name].append(_("Remove the invisible NUL character."))


def is_link(url: str) -> bool:
    """Answer whether a text is a web address with a site, short enough to keep."""
    try:
        link = urlsplit(url)
    except ValueError:  # such as http://[
        return False
    return link.scheme in ("http", "https") and bool(link.netloc) and len(url) <= LINK_MOST


def _check_origin(draft: ReportDraft, origin: OriginDraft, found: Problems) -> None:
    if origin.url and not is_link(origin.url):
        found["source_url"].append(_("A link begins with https:// and has a site name."))
    if draft.speaker is None and origin.kind in (OriginKind.STATEMENT, OriginKind.INVESTIGATION):
        found["speaker"].append(_("Choose who said it first."))
    if draft.speaker is not None and origin.kind == OriginKind.OBSERVATION:
        found["origin_kind"].append(
            _("Your own observation has you as its source; leave the speaker empty.")
        )


# --- admissibility -------------------------------------------------------------------------------

INSIDE, OUTSIDE, UNCLEAR = "inside", "outside", "unclear"
ADMISSIBLE, INADMISSIBLE, OPEN_QUESTION = "admissible", "inadmissible", "unclear"

REASON_TEXTS: Mapping[str, object] = {
    "period.inside": gettext_lazy("The whole time window lies while the agreement was in force."),
    "period.crosses": gettext_lazy(
        "The time window crosses a limit of the period in force: it may or may not be covered."
    ),
    "period.outside": gettext_lazy("The time window lies outside the period in force."),
    "area.inside": gettext_lazy("The place lies in the area of the agreement."),
    "area.edge": gettext_lazy(
        "The place is known too roughly to say on which side of the area’s edge it lies."
    ),
    "area.outside": gettext_lazy("The place lies outside the area of the agreement."),
    "area.unlocated": gettext_lazy("The place has not been located yet."),
    "actors.bound": gettext_lazy("A party bound by the agreement is accused."),
    "actors.unknown": gettext_lazy(
        "Nobody, or nobody known, is accused: whether a bound party acted is open."
    ),
    "actors.not_bound": gettext_lazy("Only actors who are not bound by the agreement are accused."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One test of admissibility: which, how it went, and the code of its sentence."""

    test: str
    verdict: str
    code: str

    @property
    def text(self) -> str:
        return str(REASON_TEXTS[self.code])


@dataclass(frozen=True, slots=True)
class Admissibility:
    """Whether an event is inside period, area and covered actors; with every reason."""

    verdict: str
    reasons: tuple[Reason, ...]


def is_admissible(
    *,
    window: tuple[datetime, datetime],
    spot: Spot | None,
    accused: Iterable[str],
    periods: Sequence[Period],
    ring: Sequence[Sequence[float]],
) -> Admissibility:
    """Answer whether an event is admissible: one test outside makes it inadmissible.

    `accused` holds AccusedKind values; `ring` is the area as a closed lon/lat ring.
    """
    reasons = (_period_test(window, periods), _area_test(spot, ring), _actor_test(accused))
    verdicts = {reason.verdict for reason in reasons}
    if OUTSIDE in verdicts:
        return Admissibility(INADMISSIBLE, reasons)
    return Admissibility(OPEN_QUESTION if UNCLEAR in verdicts else ADMISSIBLE, reasons)


def _period_test(window: tuple[datetime, datetime], periods: Sequence[Period]) -> Reason:
    relations = {period.relation(*window) for period in periods}
    if "inside" in relations:
        return Reason("period", INSIDE, "period.inside")
    if "crosses" in relations:
        return Reason("period", UNCLEAR, "period.crosses")
    return Reason("period", OUTSIDE, "period.outside")


AREA_VERDICTS: Mapping[Lie, str] = {
    Lie.INSIDE: INSIDE,
    Lie.OUTSIDE: OUTSIDE,
    Lie.EDGE: UNCLEAR,
    Lie.UNLOCATED: UNCLEAR,
}


def _area_test(spot: Spot | None, ring: Sequence[Sequence[float]]) -> Reason:
    lie = lie_of(spot, ring).lie
    return Reason("area", AREA_VERDICTS[lie], f"area.{lie}")


def _actor_test(accused: Iterable[str]) -> Reason:
    kinds = set(accused)
    if AccusedKind.PARTY in kinds:
        return Reason("actors", INSIDE, "actors.bound")
    if kinds == {AccusedKind.OTHER}:
        return Reason("actors", OUTSIDE, "actors.not_bound")
    return Reason("actors", UNCLEAR, "actors.unknown")
