"""The words for the codes of a published record, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.agreement.models import Likelihood, Severity
from reports.intake.choices import AccusedKind, Stance, TollCategory, TollHarm
from reports.intake.tolls import toll_range
from reports.people.models import SourceKind
from verification.adjudication import answers
from verification.caseload.classes import CLASSES
from verification.corroboration.choices import Position, PositionReason
from verification.corroboration.states import PositionState
from verification.reopening.choices import Asker, Ground

LISTS: Mapping[str, Mapping[str, Any]] = {
    name: dict(choices.choices)
    for name, choices in {
        "severity": Severity,
        "likelihood": Likelihood,
        "stance": Stance,
        "accused": AccusedKind,
        "source": SourceKind,
        "occurrence": answers.Occurrence,
        "breach": answers.Breach,
        "attribution": answers.Attribution,
        "intent": answers.Intent,
        "confidence": answers.Confidence,
        "outcome": answers.Outcome,
        "position": Position,
        "position_reason": PositionReason,
        "position_state": PositionState,
        "reopening_ground": Ground,
        "reopening_asker": Asker,
        "toll_harm": TollHarm,
        "toll_category": TollCategory,
    }.items()
} | {"class": CLASSES}

STANDARDS: Mapping[str, object] = {
    "balance_of_probabilities": gettext_lazy(
        "Balance of probabilities: an answer is given as “yes” only if it is more likely than not."
    ),
}

METHODS: Mapping[str, object] = {
    "hierarchical Bayesian model with copy detection": gettext_lazy(
        "Hierarchical Bayesian model with copy detection"
    ),
    "hierarchical Bayesian model with copy detection, parameters of the last refit": gettext_lazy(
        "Hierarchical Bayesian model with copy detection, sources as last learned"
    ),
    "majority vote over independent origins": gettext_lazy(
        "Majority vote over independent origins"
    ),
}


WEIGHTS: Mapping[str, Any] = {  # what one origin says between the two most probable answers
    "hardly_any": gettext_lazy("says hardly anything"),
    "slight": gettext_lazy("speaks slightly for “%(answer)s”"),
    "clear": gettext_lazy("speaks clearly for “%(answer)s”"),
    "strong": gettext_lazy("speaks strongly for “%(answer)s”"),
    "decisive": gettext_lazy("speaks decisively for “%(answer)s”"),
}

PARTS: Mapping[str, object] = {  # what no origin says
    "prior": gettext_lazy("The starting point, before anybody spoke"),
    "silence": gettext_lazy("Who was there and did not report"),
    "rest": gettext_lazy("Who was there and did not report, and simpler models mixed in"),
    "blend": gettext_lazy("Pull of the simpler models mixed in while the mission is small"),
}


def weight_words(part: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what one origin's share comes to, in words; '' for a score that did not word it."""
    words = WEIGHTS.get(part.get("weight", ""))
    return "" if words is None else str(words) % {"answer": names.get(part["towards"], "")}


def flip_words(flip: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what would have to change for another answer to lead; '' if nobody asked."""
    if not flip:
        return ""
    count = flip["n_origins"] if "n_origins" in flip else len(flip["origins"])
    known = {
        "leader": names.get(flip["leader"], flip["leader"]),
        "rival": names.get(flip["rival"], flip["rival"]),
        "odds": f"{flip['prior_odds']:.1f}",
        "n": count,
    }
    lead = _("“%(leader)s” is %(odds)s times as probable as “%(rival)s”.") % known
    if not count:
        rest = _("It would still lead if every origin that speaks for it were disbelieved.")
    else:
        rest = ngettext(
            "If the one origin that speaks most for it were disbelieved, “%(rival)s” would lead.",
            "If the %(n)d origins that speak most for it were disbelieved, “%(rival)s” would lead.",
            count,
        )
    return f"{lead} {rest % known}"


def label(kind: str, code: str) -> str:
    """Return the words of a code; a code nobody knows any more stands for itself."""
    return str(LISTS[kind].get(code, code)) if code else ""


def standard_words(code: str) -> str:
    """Return what a standard of proof means, in plain words."""
    return str(STANDARDS.get(code, code))


def method_words(method: str) -> str:
    """Return a scoring method's plain name."""
    return str(METHODS.get(method, method))


def toll_words(tolls: list[dict[str, Any]]) -> list[str]:
    """Return reported tolls as phrases, ranges kept as ranges."""
    return [
        _("%(harm)s, %(who)s: %(count)s")
        % {
            "harm": label("toll_harm", toll["harm"]),
            "who": label("toll_category", toll["category"]).lower(),
            "count": toll_range(toll.get("least"), toll.get("best"), toll.get("most")),
        }
        for toll in tolls
    ]
