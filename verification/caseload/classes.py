"""How all reports received divide into classes: every report is in exactly one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

# In river order; the words stand on the dashboard.
CLASSES: Mapping[str, object] = {
    "awaiting_triage": _("awaiting triage"),
    "rejected": _("rejected at intake"),
    "withdrawn": _("withdrawn by their authors"),
    "duplicate": _("copies of an origin already counted"),
    "awaiting_link": _("accepted, awaiting an incident"),
    "inadmissible": _("ruled inadmissible"),
    "open": _("in open incidents"),
    "awaiting_party": _("awaiting a party’s answer"),
    "under_review": _("under review by a panel"),
    "reopened": _("in reopened cases"),
    "attributed": _("decided: violation attributed"),
    "not_attributable": _("decided: violation not attributable"),
    "no_violation": _("decided: incident without violation"),
    "did_not_happen": _("decided: did not happen"),
    "unresolved": _("unresolved for lack of evidence"),
}


@dataclass(frozen=True, slots=True)
class ReportFact:
    """What places one report: its state, whether it repeats an origin, its incident's class."""

    state: str
    is_copy: bool
    incident_class: str  # '' while it is in no incident


@dataclass(frozen=True, slots=True)
class Line:
    """One class of the partition with its count."""

    key: str
    label: str
    count: int


def class_of_incident(*, state: str, outcome: str, awaits_party: bool) -> str:
    """Return the class an incident's reports are in."""
    if state == "decided":
        return outcome or "unresolved"
    if state == "open" and awaits_party:
        return "awaiting_party"
    return state


def class_of_report(fact: ReportFact) -> str:
    """Return the one class a report is in."""
    if fact.state == "filed":
        return "awaiting_triage"
    if fact.state in ("rejected", "withdrawn"):
        return fact.state
    if not fact.incident_class:
        return "awaiting_link"
    return "duplicate" if fact.is_copy else fact.incident_class


def partition(facts: Iterable[ReportFact]) -> list[Line]:
    """Return every class with its count, in river order; the counts add up to the reports."""
    counts = Counter(class_of_report(fact) for fact in facts)
    return [Line(key, str(label), counts[key]) for key, label in CLASSES.items()]
