"""A published score on the page: how sure the machine was, and which origin moved it how far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verification.pages.score_bars import bars_of
from verification.publication.bars import Push
from verification.publication.faces import AgreementFace
from verification.publication.score_words import (
    PARTS,
    flip_words,
    in_order,
    method_words,
    summary_words,
    weight_words,
)


def score_view(score: dict[str, Any] | None, agreement: AgreementFace) -> dict[str, Any] | None:
    """Return the score a panel had, as the page shows it; None if there was none."""
    if score is None:
        return None
    names = {party.code: party.name for party in agreement.parties} | {
        "other": _("another or an unknown actor"),
        "none": _("it did not happen"),
    }
    order = in_order(score["p"])
    leading = max(score["p"], key=lambda code: score["p"][code])
    origins = [_origin_view(part, names) for part in score["contributions"]]
    return {
        "method": method_words(score["method"]),
        "engine_version": score["engine_version"],
        "inputs_hash": score["inputs_hash"],
        "n_origins": score["n_origins"],
        "voteless": max(
            0, score["n_origins"] - sum(one.get("origins", 1) for one in score["contributions"])
        ),
        "n_statements": score["n_statements"],
        "at": datetime.fromisoformat(score["at"]),
        "candidates": [
            {
                "name": names.get(code, code),
                "p": p,
                "without": score["p_without_aligned"][code],
                "majority": score.get("baseline", {}).get("p", {}).get(code),
                "leading": code == leading,
            }
            for code, p in order
        ],
        "leading": names.get(leading, leading),
        "top": {
            "name": names.get(leading, leading),
            "p": score["p"][leading],
            "without": score["p_without_aligned"][leading],
        },
        "majority_method": method_words(score.get("baseline", {}).get("method", "")),
        "flip": flip_words(score.get("flip", {}), names),
        "parts": [
            {"name": PARTS.get(part["kind"], ""), "nats": [part["nats"][c] for c, _p in order]}
            for part in score.get("parts", [])
        ],
        "columns": [names.get(code, code) for code, _p in order],
        "origins": [
            {
                **origin,
                "nats": [part["nats"][code] for code, _p in order],
                "words": weight_words(part, names),
                "p_without": part.get("p_without", {}).get(leading),
            }
            for origin, part in zip(origins, score["contributions"], strict=True)
        ],
        "bars": bars_of(
            [
                Push(origin["who"], part["nats"][leading])
                for origin, part in zip(origins, score["contributions"], strict=True)
            ],
            leading=names.get(leading, leading),
            n_origins=sum(part.get("origins", 1) for part in score["contributions"]),
        ),
        "summary": summary_words(
            score["p"],
            score["p_without_aligned"],
            names,
            all_aligned=all(part["aligned"] for part in score["contributions"]),
        ),
    }


def _origin_view(part: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return who an origin is: names only of those who spoke in public."""
    known = [names.get(who, who) for who in part["who"]]
    n = part.get("origins", 1)
    unnamed = ngettext("An observer, not named", "%(n)d observers, not named", n) % {"n": n}
    return {
        "who": ", ".join(known) if known else unnamed,
        "aligned": part["aligned"],
        "copies": part["copies"],
    }
