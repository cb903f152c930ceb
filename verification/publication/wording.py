"""The words for the codes of a published record, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


def label(kind: str, code: str) -> str:
    """Return the words of a code; a code nobody knows any more stands for itself."""
    return str(LISTS[kind].get(code, code)) if code else ""


def standard_words(code: str) -> str:
    """Return what a standard of proof means, in plain words."""
    return str(STANDARDS.get(code, code))


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
