"""A bulletin's content in the reader's language: what its one template shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.naming import localized, long_day_words
from reports.intake.choices import ObservationUnit
from verification.bulletins.map import Land, bulletin_map, rings_of
from verification.publication.faces import AgreementFace, PartyFace
from verification.publication.wording import label

BASEMAP = "vendor/basemap/caucasus.json"
CORRECTED = gettext_lazy("corrected by their authors since")
WITHHELD = gettext_lazy("in an incident that is not shown yet, to protect people")
SET_ASIDE = {"corrected": CORRECTED, "withheld": WITHHELD}
QUESTIONS: Mapping[str, Any] = {
    "occurrence": gettext_lazy("whether it happened"),
    "occurrence_likelihood": gettext_lazy("how likely it happened"),
    "occurrence_confidence": gettext_lazy("confidence that it happened"),
    "breach": gettext_lazy("whether it was a breach"),
    "breach_likelihood": gettext_lazy("how likely it was a breach"),
    "breach_confidence": gettext_lazy("confidence that it was a breach"),
    "clause": gettext_lazy("clause"),
    "severity": gettext_lazy("severity"),
    "attribution": gettext_lazy("attribution"),
    "parties": gettext_lazy("parties named"),
    "attribution_likelihood": gettext_lazy("how likely the attribution is"),
    "attribution_confidence": gettext_lazy("confidence in the attribution"),
    "intent": gettext_lazy("intent"),
    "intent_confidence": gettext_lazy("confidence in the intent"),
}


def bulletin_view(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything the template shows of a bulletin, in the present language."""
    face = AgreementFace(
        slug=content["agreement"],
        title=localized(content["agreement_titles"]),
        timezone=content["timezone"],
        parties=tuple(
            PartyFace(code, localized(party["names"]), party["colour"])
            for code, party in sorted(content["parties"].items())
        ),
    )
    new = [_incident(one, face) for one in content["incidents"]["new"]]
    observed = content["observations"]
    return {
        "code": content["code"],
        "number": content["number"],
        "agreement": face,
        "zone": content["timezone"],
        "day": long_day_words(date.fromisoformat(content["day"])),
        "begins": datetime.fromisoformat(content["begins"]),
        "cut_off": datetime.fromisoformat(content["cut_off"]),
        "received": content["received"],
        "complaints": [
            row
            | {"label": label("class", row["class"]), "change": _signed(row["now"] - row["before"])}
            for row in content["complaints"]
            if row["now"] or row["before"]
        ],
        "complaints_change": _signed(content["received"]["period"]),
        "incidents": content["incidents"],
        "kinds": _named(content["incidents"]["kinds"]),
        "sums": _sums(
            content["incidents"]["kinds"], "allegation", "contested", "finding", "new", "all"
        ),
        "new": new,
        "map": bulletin_map(
            new,
            _land(),
            title=_("Where the incidents opened in this period are said to have been"),
            desc=_("The table below lists the same incidents."),
        ),
        "observed": _named(observed["kinds"]),
        "observed_sums": _sums(observed["kinds"], "observers", "public", "denials", "all"),
        "not_counted": [
            row | {"label": SET_ASIDE.get(row["class"]) or label("class", row["class"])}
            for row in observed["not_counted"]
        ],
        "units": [
            row | {"label": dict(ObservationUnit.choices).get(row["unit"], row["unit"])}
            for row in observed["units"]
        ],
        "units_withheld": observed["units_withheld"],
        "quarters": _quarters(content),
        "restrictions": [
            row
            | {
                "party": face.party(row["denied_by"]) if row["denied_by"] else None,
                "times": [_quarters(content)[number]["label"] for number in row["quarters"]],
            }
            for row in content["restrictions"]
        ],
        "findings": [_finding(row, face) for row in content["findings"]],
        "corrections": [
            row
            | {
                "before_words": label("outcome", row["before"]),
                "after_words": label("outcome", row["after"]),
                "changed_words": [str(QUESTIONS.get(name, name)) for name in row["changed"]],
            }
            for row in content["corrections"]
        ],
    }


def _signed(change: int) -> str:
    return f"+{change}" if change > 0 else f"−{-change}" if change else "0"


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"label": localized(row["act_names"])} for row in rows]


def _sums(rows: list[dict[str, Any]], *columns: str) -> dict[str, int]:
    return {column: sum(row[column] for row in rows) for column in columns}


def _incident(one: dict[str, Any], face: AgreementFace) -> dict[str, Any]:
    return one | {
        "label": localized(one["act_names"]),
        "window_from": datetime.fromisoformat(one["window_from"]) if one["window_from"] else None,
        "window_until": datetime.fromisoformat(one["window_until"])
        if one["window_until"]
        else None,
        "accused": [face.party(code) for code in one["accused"]],
    }


def _finding(row: dict[str, Any], face: AgreementFace) -> dict[str, Any]:
    return row | {
        "label": localized(row["act_names"]),
        "outcome_words": label("outcome", row["outcome"]),
        "parties": [face.party(code) for code in row["parties"]],
    }


def _quarters(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    zone = ZoneInfo(content["timezone"])
    found = []
    for row in content["coverage"]:
        begins = datetime.fromisoformat(row["from"]).astimezone(zone)
        ends = datetime.fromisoformat(row["until"]).astimezone(zone)
        shown = f"{begins:%H:%M}–{ends:%H:%M}"
        found.append({"label": shown, "percent": row["watched"] / 10, "none": not row["watched"]})
    return found


@cache
def _land() -> Land:
    """Return the rings of the land, for orientation only."""
    found = finders.find(BASEMAP)
    if not isinstance(found, str):
        return []
    return rings_of(json.loads(Path(found).read_text(encoding="utf-8")))
