"""Layouts of other systems: ACLED's 31 columns, UCDP GED's 49, and a table with HXL tags."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from reports.cells import Cell
from reports.imports.layouts import ACLED_COLUMNS, GED_COLUMNS
from verification.publication.exports import Exported, Field, Layout, instant, listed

NAME = "Ceasefire verification reports"
NO_COLUMN = (
    "the class of the case, the outcome and whether it is an allegation or a finding",
    "who is accused, and what the parties answered",
    "likelihood, confidence, severity, intent, the clause that was breached",
    "how many reports and independent origins there are",
    "the area a place stands for (its middle is given, and how far it reaches only roughly)",
)
WEEK = 7  # days


def _fields(names: tuple[str, ...], held: Mapping[str, tuple[str, str]]) -> tuple[Field, ...]:
    return tuple(Field(name, *held.get(name, ())) for name in names)


ACLED_HELD: Mapping[str, tuple[str, str]] = {
    "event_id_cnty": ("code", "our own code; no id of ACLED"),
    "event_date": ("window_from", "the first day of the window, in the agreement's zone"),
    "year": ("window_from", ""),
    "time_precision": ("window", "1: one day, 2: up to a week, 3: longer"),
    "event_type": ("act", "as the taxonomy says; acts without a type are left out"),
    "sub_event_type": ("act", ""),
    "actor1": ("attributed", "the party the act was attributed to; empty if none"),
    "location": ("place", ""),
    "latitude": ("lat", "of the place or the area's middle; no point of the event"),
    "longitude": ("lon", "of the same"),
    "geo_precision": ("precision_m", "1: within 2 km, 2: within 15 km, 3: wider"),
    "source": ("finding", "our finding's code"),
    "notes": ("act, outcome", "codes; no text of a report"),
    "fatalities": ("statements", "the least that any named speaker says; empty if nobody says"),
    "tags": ("outcome", "status=…, and sexual or other tags never"),
    "timestamp": ("published_at", "seconds since 1970"),
}


def _acled(one: Exported) -> tuple[Cell, ...] | None:
    event = one.codes.get("acled_event", "")
    if not event:
        return None
    precision = 1 if one.days == 1 else 2 if one.days <= WEEK else 3
    cells: dict[str, Cell] = {
        "event_id_cnty": one.code,
        "event_date": one.first_day.isoformat(),
        "year": one.first_day.year,
        "time_precision": precision,
        "event_type": event,
        "sub_event_type": one.codes.get("acled_sub_event", ""),
        "actor1": listed(one.attributed),
        "location": one.place,
        "latitude": one.lat,
        "longitude": one.lon,
        "geo_precision": _near(one.precision_m, 2_000, 15_000),
        "source": f"{NAME} {one.finding or one.code}",
        "notes": f"act={one.act} outcome={one.outcome or one.shape}",
        "fatalities": one.killed[0] if one.killed else None,
        "tags": f"status={one.outcome or one.shape}",
        "timestamp": int(one.published_at.timestamp()) if one.published_at else None,
    }
    return tuple(cells.get(name, "") for name in ACLED_COLUMNS)


def _near(metres: int | None, *steps: int) -> int | None:
    """Return in which step of nearness a position lies, from 1; None without one."""
    return None if metres is None else 1 + sum(metres > step for step in steps)


GED_HELD: Mapping[str, tuple[str, str]] = {
    "id": ("code", "the number in our code; no id of UCDP"),
    "relid": ("code", ""),
    "year": ("window_from", ""),
    "type_of_violence": ("act", "as the taxonomy says; acts without a type are left out"),
    "dyad_name": ("parties", "both parties by alphabet, where there are two"),
    "side_a": ("parties", "the first by alphabet: it says nothing of who did it"),
    "side_b": ("parties", "the second by alphabet"),
    "number_of_sources": ("independent_origins", ""),
    "source_office": ("finding", "our finding's code"),
    "where_prec": ("precision_m", "1: within 2 km, 2: within 25 km, 3: wider"),
    "where_coordinates": ("place", ""),
    "latitude": ("lat", "of the place or the area's middle; no point of the event"),
    "longitude": ("lon", "of the same"),
    "date_prec": ("window", "1: one day, 2: up to a week, 4: longer"),
    "date_start": ("window_from", "in the agreement's zone"),
    "date_end": ("window_until", "in the agreement's zone, the last day"),
    "deaths_civilians": ("statements", "the least that any named speaker says of civilians"),
    "best": ("statements", "the same as low: we settle on no number"),
    "low": ("statements", "the least that any named speaker says"),
    "high": ("statements", "the most that any named speaker says"),
}


def _ged(one: Exported) -> tuple[Cell, ...] | None:
    kind = one.codes.get("ucdp_type", "")
    if not kind or one.killed is None or one.killed[0] < 1:
        return None
    low, high = one.killed
    two = one.sides if len(one.sides) == 2 else ("", "")
    cells: dict[str, Cell] = {
        "id": int(one.code.rpartition("-")[2]),
        "relid": one.code,
        "year": one.first_day.year,
        "type_of_violence": int(kind),
        "dyad_name": " - ".join(two) if two[0] else "",
        "side_a": two[0],
        "side_b": two[1],
        "number_of_sources": one.origins,
        "source_office": f"{NAME} {one.finding or one.code}",
        "where_prec": _near(one.precision_m, 2_000, 25_000),
        "where_coordinates": one.place,
        "latitude": one.lat,
        "longitude": one.lon,
        "date_prec": 1 if one.days == 1 else 2 if one.days <= WEEK else 4,
        "date_start": one.first_day.isoformat(),
        "date_end": one.last_day.isoformat(),
        "deaths_civilians": one.killed_civilians[0] if one.killed_civilians else None,
        "best": low,
        "low": low,
        "high": high,
    }
    return tuple(cells.get(name, "") for name in GED_COLUMNS)


HXL: tuple[tuple[str, str, str, str], ...] = (
    ("code", "#event+id", "code", ""),
    ("act", "#event+type+code", "act", "as in our taxonomy"),
    ("act_name", "#event+type+name", "act", "in English"),
    ("occurred_from", "#date+occurred+start", "window_from", "as coarse as it is public"),
    ("occurred_until", "#date+occurred+end", "window_until", "half-open"),
    ("precision", "#event+precision+code", "precision", ""),
    ("place", "#loc+name", "place", ""),
    ("lat", "#geo+lat", "lat", "of the place or the area's middle; no point of the event"),
    ("lon", "#geo+lon", "lon", "of the same"),
    ("precision_m", "#geo+precision", "precision_m", "metres; the event lies within"),
    ("status", "#status+verification", "outcome", "the outcome, or the shape while undecided"),
    ("severity", "#severity", "severity", ""),
    ("accused", "#group+actor+accused", "accused", "codes; an accusation is no finding"),
    ("attributed", "#group+actor+attributed", "attributed", ""),
    ("killed_least", "#affected+killed+num+min", "statements", "least any named speaker says"),
    ("killed_most", "#affected+killed+num+max", "statements", "most any named speaker says"),
    ("reports", "#indicator+reports+num", "reports", ""),
    ("origins", "#indicator+origins+num", "independent_origins", ""),
    ("finding", "#meta+finding+id", "finding", ""),
    ("published", "#date+published", "published_at", ""),
)


def _hxl(one: Exported) -> tuple[Cell, ...]:
    return (
        *(one.code, one.act, one.act_name, instant(one.begins), instant(one.ends), one.precision),
        *(one.place, one.lat, one.lon, one.precision_m, one.outcome or one.shape, one.severity),
        *(listed(one.accused), listed(one.attributed)),
        *(one.killed if one.killed else (None, None)),
        *(one.reports, one.origins, one.finding, instant(one.published_at)),
    )


ACLED = Layout(
    "acled",
    _("In the columns of ACLED"),
    _("For those who analyse ACLED data and want ours beside it."),
    _fields(ACLED_COLUMNS, ACLED_HELD),
    _acled,
    (*NO_COLUMN, "incidents whose kind of act has no type in ACLED", "the region and the country"),
)
GED = Layout(
    "ged",
    _("In the columns of UCDP GED"),
    _("For those who analyse UCDP data. Only incidents in which somebody was killed."),
    _fields(GED_COLUMNS, GED_HELD),
    _ged,
    (
        *NO_COLUMN,
        "to whom an act was attributed: a row of GED names two sides and not who acted",
        "incidents of which no named speaker says that at least one person was killed",
        "incidents whose kind of act has no type in UCDP",
        "the region and the country",
    ),
)
TAGGED = Layout(
    "hxl",
    _("With HXL tags"),
    _("For humanitarian information desks: the second row names each column in HXL."),
    tuple(Field(name, holds, how) for name, _tag, holds, how in HXL),
    _hxl,
    (
        "what the parties answered, and the histories of the cases",
        "likelihood, confidence, intent, the clause that was breached",
    ),
    tags=tuple(tag for _name, tag, _holds, _how in HXL),
)
LAYOUTS: Mapping[str, Layout] = {one.name: one for one in (ACLED, GED, TAGGED)}
