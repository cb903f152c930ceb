"""The classes all complaints divide into. Which one a complaint is in is worked out in SQL."""

from __future__ import annotations

from collections.abc import Mapping
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
class Line:
    """One class of the partition with its count."""

    key: str
    label: str
    count: int
