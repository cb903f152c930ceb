"""Pure rules: what a line of a published table says, and which records a figure counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Ruling(models.TextChoices):
    """What the publication says became of a complaint."""

    VIOLATION = "violation", _("Ruled a violation")
    NO_VIOLATION = "no_violation", _("Ruled no violation")
    NOT_AN_INCIDENT = "not_an_incident", _("Not an incident")
    PENDING = "pending", _("Pending")
    UNPUBLISHED = "unpublished", _("No status published")


# Class of the partition (caseload) -> ruling it stands for. What nobody linked has no status.
RULING_OF_CLASS: Mapping[str, Ruling] = {
    "attributed": Ruling.VIOLATION,
    "not_attributable": Ruling.VIOLATION,
    "no_violation": Ruling.NO_VIOLATION,
    "inadmissible": Ruling.NOT_AN_INCIDENT,
    "open": Ruling.PENDING,
    "awaiting_party": Ruling.PENDING,
    "awaiting_link": Ruling.UNPUBLISHED,
}
ALL = "all"
# Measure of a published figure -> (rulings it counts, severity it counts or '').
MEASURES: Mapping[str, tuple[frozenset[str], str]] = {
    "complaints": (frozenset(Ruling.values), ""),
    "ruled_violation": (frozenset({Ruling.VIOLATION}), ""),
    "ruled_no_violation": (frozenset({Ruling.NO_VIOLATION}), ""),
    "incident_not_violation": (frozenset({Ruling.NO_VIOLATION}), ""),
    "not_an_incident": (frozenset({Ruling.NOT_AN_INCIDENT}), ""),
    "pending": (frozenset({Ruling.PENDING}), ""),
    "minor_violation": (frozenset({Ruling.VIOLATION}), "minor"),
    "serious_violation": (frozenset({Ruling.VIOLATION}), "serious"),
    "ceasefire_violations": (frozenset(Ruling.values), ""),
}
OBSERVATIONS = frozenset({"ceasefire_violations"})  # count what was observed, not complaints


@dataclass(frozen=True, slots=True)
class TableLine:
    """So many complaints (or so many observations in one report) with one ruling."""

    period: str
    category: str
    act: str
    ruling: str
    count: int
    party: str = ""  # code of the accused; '' where the publication names none
    severity: str = ""
    observations: int = 0
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Tallied:
    """How many records of one line have one ruling and severity now."""

    period: str
    category: str
    party: str
    ruling: str
    severity: str
    records: int
    observations: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A published figure beside what the records add up to."""

    figure: Mapping[str, Any]
    counted: int
    whole: bool = field(default=True)

    @property
    def agrees(self) -> bool:
        return bool(self.counted == self.figure["value"])


def counted(figure: Mapping[str, Any], tallies: Iterable[Tallied], *, whole_period: str) -> int:
    """Return what the records add up to for one published figure."""
    rulings, severity = MEASURES[figure["measure"]]
    observed = figure["measure"] in OBSERVATIONS
    return sum(
        t.observations if observed else t.records
        for t in tallies
        if t.ruling in rulings
        and (not severity or t.severity == severity)
        and (figure["party"] in ("", t.party))
        and (figure["category"] in (ALL, t.category))
        and (figure["period"] in (whole_period, t.period))
    )
