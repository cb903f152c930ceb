"""The text in force when it happened: each clause with its period, its acts and its zone."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.agreement.naming import localized
from reports.agreement.rules import Period
from reports.places.zones import Lie, ZoneCheck, lie_of
from verification.adjudication.queries import CaseFile
from verification.incidents.queries import spot_of_incident

KILOMETRE = 1000.0  # metres


def clause_rows(file: CaseFile) -> list[dict[str, Any]]:
    """Return the clauses in force at the time: those that prohibit the act first."""
    incident = file.incident
    window = (incident.window_from, incident.window_until)
    rows = []
    for clause in file.clauses:
        version = clause.version
        relation = Period(version.in_force_from, version.in_force_until).relation(*window)
        rows.append(
            {
                "code": clause.code,
                "title": clause.title,
                "summary": localized(clause.summaries),
                "number": version.number,
                "in_force_from": version.in_force_from,
                "in_force_until": version.in_force_until,
                "whole": relation == "inside",
                "prohibits": incident.act_id in {act.pk for act in clause.prohibits.all()},
                "zone": _checked(file, clause.zone) if clause.zone else None,
            }
        )
    return sorted(rows, key=lambda row: not row["prohibits"])


def zone_check(file: CaseFile) -> dict[str, Any]:
    """Return how the incident's place lies to the agreement's area, with the reason in words."""
    agreement = file.incident.agreement
    return {**_checked(file, agreement.area), "note": agreement.area_note}


def _checked(file: CaseFile, polygon: dict[str, Any]) -> dict[str, str]:
    spot = spot_of_incident(file.incident)
    check = lie_of(spot, polygon["coordinates"][0])
    return {
        "lie": str(check.lie),
        "verdict": str(VERDICTS[check.lie]),
        "look": LOOKS[check.lie],
        "reason": _reason(check, spot.radius_m if spot is not None else 0.0),
    }


VERDICTS: dict[Lie, Any] = {
    Lie.INSIDE: gettext_lazy("inside"),
    Lie.OUTSIDE: gettext_lazy("outside"),
    Lie.EDGE: gettext_lazy("not established"),
    Lie.UNLOCATED: gettext_lazy("not established"),
}
LOOKS = {Lie.INSIDE: "active", Lie.OUTSIDE: "closed", Lie.EDGE: "waiting", Lie.UNLOCATED: "waiting"}


def _reason(check: ZoneCheck, radius_m: float) -> str:
    if check.edge_m is None:
        return _("The incident has not been located.")
    told = {"edge": length_words(check.edge_m), "radius": length_words(radius_m)}
    if check.lie == Lie.EDGE:
        return (
            _(
                "The nearest edge is %(edge)s away, and the place is known to within "
                "%(radius)s only: it may lie on either side."
            )
            % told
        )
    if check.lie == Lie.INSIDE:
        return (
            _(
                "The place, known to within %(radius)s, lies inside; "
                "the nearest edge is %(edge)s away."
            )
            % told
        )
    return (
        _("The place, known to within %(radius)s, lies outside; the nearest edge is %(edge)s away.")
        % told
    )


def length_words(metres: float) -> str:
    """Return a length in words: metres below a kilometre, kilometres above."""
    if metres < KILOMETRE:
        return _("%(metres)d m") % {"metres": round(metres)}
    km = f"{metres / KILOMETRE:.1f}".removesuffix(".0")
    return _("%(km)s km") % {"km": km}
