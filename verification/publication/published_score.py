"""What becomes public of a score: named speakers one by one, everybody else as one row. Pure.

A learned source carries its own figures from incident to incident. Were each unnamed origin a row
of its own, with all its digits, two findings that rest on the same observer would show it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verification.scoring.models import Score
from verification.scoring.rules import odds_words, without_part

SHOWN_P = 3  # decimals of a probability
SHOWN_NATS = 1  # decimals of a share in the log-odds
Part = dict[str, Any]


def public_score(score: Score) -> dict[str, Any]:
    """Return a score with what each named origin contributed; persons' sources as one row."""
    baseline = score.baseline
    return {
        "p": _rounded(score.p, SHOWN_P),
        "p_without_aligned": _rounded(score.p_without_aligned, SHOWN_P),
        "baseline": {
            "method": baseline["method"],
            "p": _rounded(baseline["p"], SHOWN_P),
            "p_without_aligned": _rounded(baseline["p_without_aligned"], SHOWN_P),
        }
        if baseline
        else {},
        "parts": _other_parts(score.parts),
        "flip": _flip(score.flip),
        "method": score.method,
        "engine_version": score.engine_version,
        "inputs_hash": score.inputs_hash,
        "n_origins": score.n_origins,
        "n_statements": score.n_statements,
        "at": score.at.isoformat(),
        "contributions": _contributions(score),
    }


def _contributions(score: Score) -> list[Part]:
    public = {row["label"] for row in score.inputs if row["public"]}
    named = [part for part in score.contributions if public.intersection(part["labels"])]
    unnamed = [part for part in score.contributions if not public.intersection(part["labels"])]
    rows = [_named(part, [who for who in part["labels"] if who in public]) for part in named]
    return [*rows, _unnamed(unnamed, score.p)] if unnamed else rows


def _named(part: Part, who: list[str]) -> Part:
    return {
        "who": who,
        "origins": 1,
        "aligned": part["aligned"],
        "copies": part["copies"],
        "says": part["says"] if who == part["labels"] else [],
        "nats": _rounded(part["nats"], SHOWN_NATS),
        "weight": part.get("weight", ""),
        "towards": part.get("towards", ""),
        "p_without": _rounded(part.get("p_without", {}), SHOWN_P),
    }


def _unnamed(parts: Sequence[Part], p: Mapping[str, float]) -> Part:
    nats = {name: sum(float(part["nats"][name]) for part in parts) for name in p}
    leader, rival = sorted(p, key=lambda name: -p[name])[:2]
    weight, favours = odds_words(nats[leader] - nats[rival])
    return {
        "who": [],
        "origins": len(parts),
        "aligned": any(part["aligned"] for part in parts),
        "copies": sum(part["copies"] for part in parts),
        "says": [],
        "nats": _rounded(nats, SHOWN_NATS),
        "weight": weight,
        "towards": leader if favours else rival,
        "p_without": _rounded(without_part(p, nats), SHOWN_P),
    }


def _other_parts(parts: Sequence[Part]) -> list[Part]:
    """Return the starting point, and all the rest as one: a silence says where watchers were."""
    if not parts:
        return []
    prior = [part for part in parts if part["kind"] == "prior"]
    rest = [part["nats"] for part in parts if part["kind"] != "prior"]
    names = parts[0]["nats"]
    summed = {name: sum(float(nats[name]) for nats in rest) for name in names}
    rows = [*prior, {"kind": "rest", "nats": summed}]
    return [{"kind": one["kind"], "nats": _rounded(one["nats"], SHOWN_NATS)} for one in rows]


def _flip(flip: Mapping[str, Any]) -> Part:
    if not flip:
        return {}
    return {
        "leader": flip["leader"],
        "rival": flip["rival"],
        "prior_odds": round(flip["prior_odds"], SHOWN_NATS),
        "n_origins": len(flip["origins"]),
    }


def _rounded(values: Mapping[str, float], decimals: int) -> dict[str, float]:
    return {name: round(float(value), decimals) for name, value in values.items()}
