"""Acts, agreement and places: what a real site starts from as well."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from reports.agreement.actions import record_act_kinds, record_agreement
from reports.agreement.models import Agreement
from reports.agreement.queries import agreement_by_slug
from reports.places.actions import record_places
from reports.problems import NotFound
from verification.management.seeding.files import Row, document, rows

CODES = ("acled_event", "acled_sub_event", "ucdp_type", "cameo", "hxl")


def load_acts(*, at: datetime) -> int:
    """Record the taxonomy of acts with its names in every language; return its size."""
    words: dict[str, list[Row]] = defaultdict(list)
    for row in rows("acts_words.csv"):
        words[row["code"]].append(row)
    acts = [_act(row, words[row["code"]]) for row in rows("acts.csv")]
    return record_act_kinds(rows=acts, by=None, at=at)


def _act(row: Row, words: list[Row]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "names": {"en": row["name_en"]} | {one["lang"]: one["name"] for one in words},
        "definition": row["definition_en"],
        "definitions": {one["lang"]: one["definition"] for one in words},
        "severity": row["severity"],
        "codes": {name: row[name] for name in CODES if row[name]},
    }


def load_agreement(slug: str, *, at: datetime) -> Agreement:
    """Record an agreement unless it is on record; return it."""
    try:
        return agreement_by_slug(slug)
    except NotFound:
        return record_agreement(document=document(f"agreement/{slug}.json"), by=None, at=at)


def load_places(*, at: datetime) -> int:
    """Record the gazetteer, one dataset after the other; return how many places are new."""
    names = rows("places/names.csv")
    called = _district_names(names)
    by_dataset: dict[str, list[Row]] = defaultdict(list)
    for row in rows("places/places.csv"):
        by_dataset[row["dataset"]].append(row)
    fresh = 0
    for dataset, listed in sorted(by_dataset.items()):
        keys = {row["key"] for row in listed}
        fresh += record_places(
            places=[_place(row, called) for row in listed],
            names=[row for row in names if row["place_key"] in keys],
            dataset=dataset,
            by=None,
            at=at,
        )
    return fresh


def _place(row: Row, called: dict[str, str]) -> dict[str, Any]:
    return {
        "key": row["key"],
        "kind": row["kind"],
        "lat": float(row["lat"]),
        "lon": float(row["lon"]),
        "radius_m": int(row["radius_m"]),
        "district": called.get(row["district"], ""),
    }


def _district_names(names: list[Row]) -> dict[str, str]:
    """Return {place key: its official English names, in alphabetical order}."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in names:
        if row["kind"] == "official" and row["lang"] == "en":
            found[row["place_key"]].add(row["text"])
    return {key: " / ".join(sorted(texts))[:120] for key, texts in found.items()}
