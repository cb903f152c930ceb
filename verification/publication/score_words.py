"""A score in plain words: its method, what each part says, what remains, what would flip it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

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
        rest = _("It would lead all the same if every origin that speaks for it were disbelieved.")
    else:
        rest = ngettext(
            "If the one origin that speaks most for it were disbelieved, it would lead no longer.",
            "If the %(n)d origins that speak most for it were disbelieved, it would lead no "
            "longer.",
            count,
        )
    return f"{lead} {rest % known}"


def method_words(method: str) -> str:
    """Return a scoring method's plain name."""
    return str(METHODS.get(method, method))


def in_order(p: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the answers by party code, then "other", then "none" (JSON keeps no order)."""
    last = {"other": 1, "none": 2}
    return sorted(p.items(), key=lambda item: (last.get(item[0], 0), item[0]))


def summary_words(
    p: Mapping[str, float],
    without: Mapping[str, float],
    names: Mapping[str, str],
    *,
    all_aligned: bool,
) -> list[str]:
    """Return what a score comes to: did it happen, who leads, and who leads without the sides.

    `all_aligned`: every origin that counted is aligned with a party.
    """
    leading, rest = _first(p), _first(without)
    found = [
        _("That it happened at all: %(p)s. The most probable answer: “%(name)s”, %(lead)s.")
        % {
            "p": _percent(1.0 - p["none"]),
            "name": names.get(leading, leading),
            "lead": _percent(p[leading]),
        }
    ]
    if all_aligned:
        words = _(
            "Nobody who counts here is without a side: without the parties’ own voices only the "
            "starting point is left."
        )
    elif leading == rest:
        words = _("Without any source aligned with a party the same answer leads, with %(lead)s.")
    else:
        words = _(
            "Without any source aligned with a party another answer would lead: “%(name)s”, with "
            "%(lead)s."
        )
    found.append(words % {"name": names.get(rest, rest), "lead": _percent(without[rest])})
    return found


def _first(p: Mapping[str, float]) -> str:
    return max(p, key=lambda name: p[name])


def _percent(p: float) -> str:
    """Return a probability in whole per cent; certainty is never claimed."""
    if p > 0.99:
        return _("more than 99 %%") % ()
    if p < 0.01:
        return _("less than 1 %%") % ()
    return _("%(n)d %%") % {"n": round(p * 100)}
