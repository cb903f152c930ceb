"""Reads of places: candidates for a typed name; a machine never picks one."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from reports.agreement.models import Agreement
from reports.once import seen_once
from reports.places.blur import HUNDRED, Areas, areas_of_places, box_round
from reports.places.folding import bones, folded
from reports.places.geo import distance_m, initial_bearing_deg
from reports.places.likeness import FLOOR, likeness
from reports.places.models import Place, PlaceKind, PlaceName
from reports.problems import NotFound

OFFICIAL = "official"
MOST_NAMES = 400  # spellings that are looked at closely
MOST_CANDIDATES = 8
LONGEST_NAME = 80  # characters; the search takes milliseconds for each, so longer costs seconds
MOST_SPELLINGS = 2  # of each script, beside the official ones
SETTLEMENTS = (PlaceKind.TOWN, PlaceKind.VILLAGE)
INHABITED = (PlaceKind.CITY, *SETTLEMENTS)
ORDER = {str(kind): number for number, kind in enumerate(PlaceKind)}  # of equals, which is first


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A place as people see it: every official spelling, in alphabetical order."""

    id: uuid.UUID
    key: str
    label: str
    detail: str
    kind: str
    lat: float
    lon: float
    radius_m: int
    names: tuple[str, ...]
    similarity: float
    official: str = ""  # every official spelling beyond the label's, in whatever script
    near: str = ""  # where it lies, seen from the nearest city: tells namesakes apart


def _choice(
    place: Place,
    similarity: float = 1.0,
    near: str = "",
    names: Sequence[PlaceName] | None = None,
) -> PlaceChoice:
    names = sorted(place.names.all() if names is None else names, key=lambda n: n.text)
    official = [n.text for n in names if n.kind == "official" and n.script == "Latn"]
    shown = list(dict.fromkeys(official or [n.text for n in names if n.script == "Latn"]))
    others = _other_spellings(names, shown)
    detail = str(place.get_kind_display())
    if place.district:
        detail = f"{detail}, {place.district}"
    return PlaceChoice(
        id=place.pk,
        key=place.key,
        label=" / ".join(shown[:3]) or place.key,
        detail=detail,
        kind=place.kind,
        lat=place.lat,
        lon=place.lon,
        radius_m=place.radius_m,
        names=others,
        similarity=similarity,
        official=" · ".join(_official_beyond(names, shown[:3])),
        near=near,
    )


def _official_beyond(names: Iterable[PlaceName], shown: Sequence[str]) -> list[str]:
    """Return the official spellings that the label does not hold: other scripts, longer lists."""
    wanted = (n.text for n in names if n.kind == OFFICIAL and n.text not in shown)
    return list(dict.fromkeys(wanted))


def _other_spellings(names: Iterable[PlaceName], shown: Sequence[str]) -> tuple[str, ...]:
    """Return a few further spellings of each script: enough to know the place by."""
    by_script: dict[str, list[str]] = {}
    for name in names:
        spellings = by_script.setdefault(name.script, [])
        if name.text not in (*shown, *spellings) and len(spellings) < MOST_SPELLINGS:
            spellings.append(name.text)
    return tuple(text for spellings in by_script.values() for text in spellings)


COMPASS = (
    gettext_noop("north"),
    gettext_noop("north-east"),
    gettext_noop("east"),
    gettext_noop("south-east"),
    gettext_noop("south"),
    gettext_noop("south-west"),
    gettext_noop("west"),
    gettext_noop("north-west"),
)


def _near(place: Place, cities: Sequence[PlaceChoice]) -> str:
    """Return how a town or village lies to the nearest city; areas lie all round theirs."""
    others = [city for city in cities if city.id != place.pk]
    if place.kind not in SETTLEMENTS or not others:
        return ""
    away, city = min(
        ((distance_m(c.lat, c.lon, place.lat, place.lon), c) for c in others),
        key=lambda pair: pair[0],
    )
    bearing = initial_bearing_deg(city.lat, city.lon, place.lat, place.lon)
    return _("%(km)d km %(direction)s of %(city)s") % {
        "km": round(away / 1000),
        "direction": _(COMPASS[round(bearing / 45) % 8]),
        "city": city.label,
    }


def places_matching(typed: str, *, most: int = MOST_CANDIDATES) -> list[PlaceChoice]:
    """Return the places a typed name may mean, in any script, best match first.

    The index brings the spellings that share letters or sounds with it; `likeness` puts them in
    order. Among equals larger settlements come first, official spellings before others.
    """
    wanted = folded(typed[:LONGEST_NAME])[:LONGEST_NAME]  # folding may make one letter several
    if len(wanted) < 2:
        return []
    sounds = bones(wanted)
    ranked = []
    for place in _places_near(wanted, sounds):
        marks = [(_mark(wanted, sounds, name), name.kind != OFFICIAL) for name in place.names.all()]
        mark, late = min((-mark, late) for mark, late in marks)
        if -mark >= FLOOR:
            ranked.append((mark, ORDER[place.kind], late, place.radius_m, place.key, place))
    ranked.sort(key=lambda row: row[:-1])
    cities = _cities() if ranked else []
    return [_choice(row[-1], round(-row[0], 2), _near(row[-1], cities)) for row in ranked[:most]]


def _mark(wanted: str, sounds: str, name: PlaceName) -> float:
    return likeness(wanted, sounds, name.folded, name.bones)


def _places_near(wanted: str, sounds: str) -> Iterable[Place]:
    """Return the places one of whose spellings shares letters or sounds with a folded name."""
    alike = Q(folded__trigram_similar=wanted) | Q(folded__trigram_word_similar=wanted)
    found = PlaceName.objects.filter(
        alike | Q(folded__startswith=wanted) | Q(bones__trigram_similar=sounds)
    ).annotate(
        near=Greatest(
            TrigramSimilarity("folded", wanted),
            TrigramWordSimilarity(wanted, "folded"),
            TrigramSimilarity("bones", sounds),
        )
    )
    nearest = found.order_by("-near", "pk").values_list("place_id", flat=True)[:MOST_NAMES]
    return Place.objects.filter(pk__in=set(nearest)).prefetch_related("names")


@dataclass(frozen=True, slots=True)
class ListedPlace:
    """A place with all it may be typed as: folded official spellings, then folded others."""

    place: PlaceChoice
    official: tuple[str, ...]
    others: tuple[str, ...]


def gazetteer_mark(language: str) -> str:
    """Return a mark that changes when the list of names does, or the language of its words."""
    last = PlaceName.objects.order_by("-pk").values_list("pk", flat=True).first()
    told = f"{last} {PlaceName.objects.count()} {language}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def gazetteer() -> list[ListedPlace]:
    """Return every place with its spellings, for those who search where there is no line."""
    rows = Place.objects.prefetch_related("names").order_by("key")
    cities = _cities()
    listed = []
    for place in rows:
        spelt: dict[bool, list[str]] = {True: [], False: []}
        for name in place.names.all():
            spelt[name.kind == OFFICIAL].append(name.folded)
        official = tuple(sorted(set(spelt[True])))
        others = tuple(sorted(set(spelt[False]) - set(official)))
        listed.append(ListedPlace(_choice(place, near=_near(place, cities)), official, others))
    return listed


def _cities() -> list[PlaceChoice]:
    rows = Place.objects.filter(kind=PlaceKind.CITY).prefetch_related("names").order_by("key")
    return [_choice(city) for city in rows]


def public_areas(agreement: Agreement) -> Areas:
    """Return the areas that places of an agreement are shown as in public."""
    root = box_round(agreement.area)
    if root is None:
        return areas_of_places(None, (), agreement.places_per_area)
    within = Place.objects.filter(
        kind__in=INHABITED,
        lat__gte=root.south / HUNDRED,
        lat__lt=root.north / HUNDRED,
        lon__gte=root.west / HUNDRED,
        lon__lt=root.east / HUNDRED,
    )
    points = tuple(within.order_by("pk").values_list("lat", "lon"))  # keys follow time
    return areas_of_places(root, points, agreement.places_per_area)


def place_by_id(place_id: uuid.UUID | str) -> Place:
    """Return a place; NotFound otherwise."""
    try:
        return Place.objects.get(pk=place_id)
    except (Place.DoesNotExist, ValidationError, ValueError) as error:
        raise NotFound("There is no such place in the gazetteer.") from error


def place_by_key(key: str) -> Place | None:
    """Return the place with this key, or None."""
    return Place.objects.filter(key=key).first()


def spots_of_places(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[float, float, int]]:
    """Return {id: (latitude, longitude, radius in metres)}, without the names."""
    rows = Place.objects.filter(pk__in=list(ids)).values_list("pk", "lat", "lon", "radius_m")
    return {pk: (lat, lon, radius) for pk, lat, lon, radius in rows}


def place_choices(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, PlaceChoice]:
    """Return {id: place as people see it} for many places in one query."""
    wanted = frozenset(i for i in ids if i)
    return (
        dict(seen_once(("places", wanted, get_language()), lambda: _choices(wanted)))
        if wanted
        else {}
    )


def _choices(wanted: Collection[uuid.UUID]) -> dict[uuid.UUID, PlaceChoice]:
    places: dict[uuid.UUID, Place] = {}
    names: dict[uuid.UUID, list[PlaceName]] = defaultdict(list)
    for name in PlaceName.objects.filter(place_id__in=wanted).select_related("place"):
        places[name.place_id] = name.place
        names[name.place_id].append(name)
    if unnamed := set(wanted) - set(places):
        places |= {place.pk: place for place in Place.objects.filter(pk__in=unnamed)}
    return {pk: _choice(place, names=names[pk]) for pk, place in places.items()}
