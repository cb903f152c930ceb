"""Pure rules of linking: what reports say together, and whether one fits an incident."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from reports.places.geo import Spot, distance_m
from reports.problems import Invalid

Window = tuple[datetime, datetime]

NEAR_M = 5_000.0  # within the sum of the radii plus this, two spots may be one event
FAR_M = 60_000.0  # beyond this plus the radii a report is not suggested at all
SLACK = timedelta(hours=6)  # reports of one event name times this far apart
NEXT_TO = timedelta(minutes=3)  # a gap as good as none
WEIGHTS = {"place": 0.35, "time": 0.3, "act": 0.2, "accused": 0.15}  # our judgement; sum 1
SUGGEST_FLOOR = 0.5  # strength from which an incident is offered

# Acts people name differently for one event (shelling of civilians = harm to civilians …).
RELATED_ACTS = frozenset(
    frozenset(pair)
    for pair in (
        ("shelling", "missile_strike"),
        ("shelling", "harm_to_civilians"),
        ("shelling", "harm_to_protected_objects"),
        ("shelling", "ground_assault"),
        ("missile_strike", "harm_to_civilians"),
        ("missile_strike", "harm_to_protected_objects"),
        ("missile_strike", "air_drone_strike"),
        ("air_drone_strike", "harm_to_civilians"),
        ("ground_assault", "small_arms_fire"),
        ("ground_assault", "troop_movement"),
        ("harm_to_civilians", "harm_to_protected_objects"),
    )
)


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What linking looks at, for a report or an incident."""

    window: Window
    spot: Spot | None
    act: str
    accused: frozenset[str]  # party codes; empty if nobody known is accused


@dataclass(frozen=True, slots=True)
class Match:
    """How well two sets of facts fit: strength in [0, 1], and the reasons in words."""

    strength: float
    reasons: tuple[str, ...]


def joint_window(windows: Sequence[Window]) -> Window:
    """Return when one event happened if all these windows are about it.

    The common part if they have one; otherwise the span from the first to the last.
    """
    begins, ends = max(w[0] for w in windows), min(w[1] for w in windows)
    if begins < ends:
        return begins, ends
    return min(w[0] for w in windows), max(w[1] for w in windows)


def sharpest_spot(spots: Iterable[Spot]) -> Spot | None:
    """Return the most exact of several spots, or None if there is none."""
    return min(spots, key=lambda spot: (spot.radius_m, spot.lat, spot.lon), default=None)


def fits(report: EventFacts, incident: EventFacts) -> Match:
    """Return how well a report fits an incident, with the reasons a person confirms or refuses."""
    place, place_reason = _place_fit(report.spot, incident.spot)
    time, time_reason = _time_fit(report.window, incident.window)
    act, act_reason = _act_fit(report.act, incident.act)
    accused, accused_reason = _accused_fit(report.accused, incident.accused)
    strength = (
        WEIGHTS["place"] * place
        + WEIGHTS["time"] * time
        + WEIGHTS["act"] * act
        + WEIGHTS["accused"] * accused
    )
    if place == 0 or time == 0:  # elsewhere or at another time is another event
        strength = 0.0
    return Match(round(strength, 3), (place_reason, time_reason, act_reason, accused_reason))


def _place_fit(a: Spot | None, b: Spot | None) -> tuple[float, str]:
    if a is None or b is None:
        return 0.3, _("One of the two is not located.")
    apart = distance_m(a.lat, a.lon, b.lat, b.lon)
    allowed = a.radius_m + b.radius_m + NEAR_M
    words = _("%(km).1f km apart (they may be the same within %(may).1f km).") % {
        "km": apart / 1000,
        "may": allowed / 1000,
    }
    if apart <= allowed:
        # A vague place fits everything a little: exactness earns the full mark.
        return (1.0 if max(a.radius_m, b.radius_m) <= 2 * NEAR_M else 0.7), words
    return max(0.0, 0.6 * (1 - (apart - allowed) / FAR_M)), words


def _time_fit(a: Window, b: Window) -> tuple[float, str]:
    gap = max(a[0], b[0]) - min(a[1], b[1])
    if gap < timedelta(0):
        longest = max(a[1] - a[0], b[1] - b[0])
        return (1.0 if longest <= timedelta(days=1) else 0.7), _("The time windows overlap.")
    likely = max(0.0, 0.6 * (1 - gap / SLACK))
    if gap < NEXT_TO:
        return likely, _("One time window begins where the other ends.")
    hours = gap.total_seconds() / 3600
    return likely, _("%(hours).1f hours apart.") % {"hours": hours}


def _act_fit(a: str, b: str) -> tuple[float, str]:
    if a == b:
        return 1.0, _("The same kind of act.")
    if frozenset({a, b}) in RELATED_ACTS:
        return 0.6, _("Kinds of act that are often named for one event.")
    return 0.0, _("Another kind of act.")


def _accused_fit(a: frozenset[str], b: frozenset[str]) -> tuple[float, str]:
    if not a or not b:
        return 0.5, _("One of the two accuses nobody known.")
    if a & b:
        return 1.0, _("The same party is accused.")
    return 0.0, _("Another party is accused.")


def reason_given(why: str) -> str:
    """Return the reason somebody gave for a step, trimmed; Invalid where there is none."""
    if len(why.strip()) < 3:
        raise Invalid(errors={"why": [_("Give a short reason; it stays in the history.")]})
    return why.strip()[:500]
