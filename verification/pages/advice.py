"""A published score on the page: how sure the machine was, and which origin moved it how far."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from verification.publication.bars import Push, PushWords, push_bars
from verification.publication.faces import AgreementFace
from verification.publication.wording import PARTS, flip_words, method_words, weight_words

WIDTHS = {"wide": 780, "middle": 540, "narrow": 340}  # user units; the stylesheet shows one


def score_view(score: dict[str, Any] | None, agreement: AgreementFace) -> dict[str, Any] | None:
    """Return the score a panel had, as the page shows it; None if there was none."""
    if score is None:
        return None
    names = {party.code: party.name for party in agreement.parties} | {
        "other": _("another or an unknown actor"),
        "none": _("it did not happen"),
    }
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
            for code, p in score["p"].items()
        ],
        "leading": names.get(leading, leading),
        "majority_method": method_words(score.get("baseline", {}).get("method", "")),
        "flip": flip_words(score.get("flip", {}), names),
        "parts": [
            {"name": PARTS.get(part["kind"], ""), "nats": [part["nats"][c] for c in score["p"]]}
            for part in score.get("parts", [])
        ],
        "columns": [names.get(code, code) for code in score["p"]],
        "origins": [
            {
                **origin,
                "nats": [part["nats"][code] for code in score["p"]],
                "words": weight_words(part, names),
                "p_without": part.get("p_without", {}).get(leading),
            }
            for origin, part in zip(origins, score["contributions"], strict=True)
        ],
        "bars": _bars(origins, score, leading, names.get(leading, leading)),
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


def _bars(
    origins: list[dict[str, Any]], score: dict[str, Any], leading: str, name: str
) -> dict[str, Any]:
    pushes = [
        Push(origin["who"], part["nats"][leading])
        for origin, part in zip(origins, score["contributions"], strict=True)
    ]
    words = PushWords(
        title=_("How each independent origin moved the score towards: %(name)s") % {"name": name},
        desc=ngettext(
            "%(count)d independent origin.", "%(count)d independent origins.", len(pushes)
        )
        % {"count": len(pushes)},
        against=_("speaks against"),
        towards=_("speaks for"),
    )
    rtl = get_language_bidi()
    drawn = {size: push_bars(pushes, words, width=width, rtl=rtl) for size, width in WIDTHS.items()}
    return {**drawn, "title": words.title}
