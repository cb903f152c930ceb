"""Public layouts of conflict data: which columns they have, and what a row of them says in ours.

ACLED: the current 31 columns; `inter1` and `inter2` came as numbers and come as labels, and are
kept as they are. UCDP GED: 49 columns. Neither says what a ceasefire asks: who broke it. A party is
taken as accused only where the layout's own codebook names a perpetrator: one-sided violence, and
ACLED's explosions and violence against civilians, where actor 1 is the one who acts. Of a battle
nobody is accused by a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from reports.imports.choices import Shape

Cells = Mapping[str, str]
Fields = dict[str, str]

ACLED_COLUMNS = (
    *("event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type"),
    *("sub_event_type", "actor1", "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2"),
    *("interaction", "civilian_targeting", "iso", "region", "country", "admin1", "admin2"),
    *("admin3", "location", "latitude", "longitude", "geo_precision", "source", "source_scale"),
    *("notes", "fatalities", "tags", "timestamp"),
)
ACLED_NEEDED = frozenset(
    {"event_id_cnty", "event_date", "event_type", "sub_event_type", "latitude", "longitude"}
)
GED_COLUMNS = (
    *("id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id"),
    *("conflict_new_id", "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name"),
    *("side_a_dset_id", "side_a_new_id", "side_a", "side_b_dset_id", "side_b_new_id", "side_b"),
    *("number_of_sources", "source_article", "source_office", "source_date", "source_headline"),
    *("source_original", "where_prec", "where_coordinates", "where_description", "adm_1", "adm_2"),
    *("latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region"),
    *("event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b"),
    *("deaths_civilians", "deaths_unknown", "best", "high", "low", "gwnoa", "gwnob"),
)
GED_NEEDED = frozenset({"id", "type_of_violence", "date_start", "date_end", "best", "side_a"})

# How far a position is good for, in metres; None: a name says more than a point would.
ACLED_PRECISION: Mapping[str, str] = {"1": "2000", "2": "15000"}
GED_PRECISION: Mapping[str, str] = {"1": "2000", "2": "25000", "3": "40000"}
ACLED_ACTS: Mapping[str, str] = {
    "Shelling/artillery/missile attack": "shelling",
    "Air/drone strike": "air_drone_strike",
    "Armed clash": "hostilities",
    "Government regains territory": "ground_assault",
    "Non-state actor overtakes territory": "ground_assault",
    "Abduction/forced disappearance": "detention",
    "Attack": "harm_to_civilians",
    "Sexual violence": "harm_to_civilians",
    "Remote explosive/landmine/IED": "explosion",
    "Grenade": "explosion",
    "Suicide bomb": "explosion",
    "Chemical weapon": "other",
    "Change to group/activity": "troop_movement",
    "Disrupted weapons use": "other",
}
ACLED_ACTED = frozenset({"Explosions/Remote violence", "Violence against civilians"})
GED_ACTS: Mapping[str, str] = {"1": "hostilities", "2": "hostilities", "3": "harm_to_civilians"}
ONE_SIDED = "3"
NOTED = (  # what of a row is kept in words, beside what has a field of its own
    *("event_type", "sub_event_type", "actor1", "assoc_actor_1", "inter1", "actor2"),
    *("assoc_actor_2", "inter2", "civilian_targeting", "admin1", "admin2", "admin3", "source"),
    *("source_scale", "type_of_violence", "conflict_name", "dyad_name", "side_a", "side_b"),
    *("number_of_sources", "source_article", "source_office", "source_headline"),
    *("source_original", "where_description", "adm_1", "adm_2", "event_clarity", "code_status"),
    *("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high", "low"),
)


def _noted(cells: Cells) -> str:
    return "\n".join(f"{name}: {cells[name]}" for name in NOTED if cells.get(name))


def _named(*parts: str) -> str:
    return ", ".join(dict.fromkeys(part for part in parts if part))[:200]


def of_acled(cells: Cells) -> Fields:
    """Return what a row of ACLED says."""
    get = cells.get
    accuracy = ACLED_PRECISION.get(get("geo_precision", ""), "")
    sub_event = get("sub_event_type", "")
    acted = get("event_type", "") in ACLED_ACTED
    begin, until = _acled_days(get("event_date", ""), get("time_precision", ""))
    return {
        "id": get("event_id_cnty", ""),
        "act": sub_event,
        "date": begin,
        "date_until": until,
        "place": _named(get("location", ""), get("admin2", ""), get("admin1", "")),
        "lat": get("latitude", "") if accuracy else "",
        "lon": get("longitude", "") if accuracy else "",
        "accuracy_m": accuracy,
        "accused": get("actor1", "") if acted else "",
        "killed": get("fatalities", ""),
        "narrative": "\n\n".join(filter(None, (get("notes", ""), _noted(cells)))),
        "publisher": get("source", "")[:200],
    }


def _acled_days(day: str, precision: str) -> tuple[str, str]:
    """Return the first and last day: 2 is good for the week round it, 3 for its month."""
    if precision not in ("2", "3"):
        return day, ""
    try:
        read = date.fromisoformat(day)
    except ValueError:
        return day, ""
    if precision == "2":
        return f"{read - timedelta(days=3)}", f"{read + timedelta(days=3)}"
    first = read.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return f"{first}", f"{following - timedelta(days=1)}"


def of_ged(cells: Cells) -> Fields:
    """Return what a row of UCDP GED says."""
    get = cells.get
    accuracy = GED_PRECISION.get(get("where_prec", ""), "")
    kind = get("type_of_violence", "")
    return {
        "id": get("id", ""),
        "act": kind,
        "date": get("date_start", "")[:10],
        "date_until": get("date_end", "")[:10],
        "place": _named(get("where_coordinates", ""), get("adm_2", ""), get("adm_1", "")),
        "lat": get("latitude", "") if accuracy else "",
        "lon": get("longitude", "") if accuracy else "",
        "accuracy_m": accuracy,
        "accused": get("side_a", "") if kind == ONE_SIDED else "",
        **{name: get(name, "") for name in GED_DEATHS},
        "narrative": _noted(cells),
        "publisher": get("source_office", "")[:200] or get("source_original", "")[:200],
    }


GED_DEATHS = (
    *("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high", "low"),
)
READERS: Mapping[str, Callable[[Cells], Fields]] = {Shape.ACLED: of_acled, Shape.GED: of_ged}
ACTS: Mapping[str, Mapping[str, str]] = {Shape.ACLED: ACLED_ACTS, Shape.GED: GED_ACTS}
