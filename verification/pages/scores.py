"""A score as a page shows it, to those whose judgement it can no longer bias."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verification.pages.cards import Faces, PartyFace
from verification.pages.score_bars import bars_of
from verification.publication.bars import Push
from verification.publication.published_score import public_score
from verification.publication.score_words import (
    PARTS,
    flip_words,
    in_order,
    method_words,
    summary_words,
    weight_words,
)
from verification.scoring.queries import Score

OTHER_WORDS = gettext_lazy("Somebody else, or not known who")
NONE_WORDS = gettext_lazy("It did not happen")

SAID = {
    "accuses": gettext_lazy("says that it was"),
    "exculpates": gettext_lazy("says that it was not"),
    "admits": gettext_lazy("admits for its own side"),
    "denies": gettext_lazy("denies for its own side"),
    "accuses_other": gettext_lazy("says that it was somebody else"),
    "did_not_happen": gettext_lazy("says that it did not happen"),
    "observed": gettext_lazy("says that it happened"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible answer with its probabilities (0..1)."""

    key: str
    name: str
    party: PartyFace | None
    p: float
    p_without: float
    p_majority: float | None  # None: a score from before the majority vote stood beside


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one independent origin adds to each answer (nats of log-odds)."""

    who: str
    says: str
    copies: int
    aligned: bool
    nats: tuple[str, ...]
    words: str  # what that comes to between the two most probable answers
    p_without: float | None  # of the leading answer, had this origin not spoken


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """A score with its arithmetic."""

    method: str
    version: str
    at: datetime
    n_origins: int
    n_statements: int
    inputs_hash: str
    candidates: tuple[Candidate, ...]
    contributions: tuple[Contribution, ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]  # what no origin says, with its nats
    summary: list[str]
    flip: str
    leading: str
    bars: dict[str, Any]
    majority_method: str


def score_card(score: Score | None, *, faces: Faces, reveal: bool = False) -> ScoreCard | None:
    """Return a score as a page shows it; None where there is none (or it is hidden)."""
    if score is None:
        return None
    candidates = tuple(
        Candidate(
            key=key,
            name=_candidate_name(key, faces),
            party=faces.party(key),
            p=float(p),
            p_without=float(score.p_without_aligned[key]),
            p_majority=score.baseline.get("p", {}).get(key),
        )
        for key, p in in_order(score.p)
    )
    names = {one.key: one.name for one in candidates}
    leading = max(candidates, key=lambda one: one.p)
    shown = score.contributions if reveal else _as_shown(score)
    origins = tuple(_contribution(part, candidates, faces, leading.key) for part in shown)
    return ScoreCard(
        method=method_words(score.method),
        version=score.engine_version,
        at=score.at,
        n_origins=score.n_origins,
        n_statements=score.n_statements,
        inputs_hash=score.inputs_hash,
        candidates=candidates,
        contributions=origins,
        parts=tuple(
            (str(PARTS.get(part["kind"], "")), _nats(part, candidates)) for part in score.parts
        ),
        summary=summary_words(
            score.p,
            score.p_without_aligned,
            names,
            all_aligned=all(part["aligned"] for part in score.contributions),
        ),
        flip=flip_words(score.flip, names),
        leading=leading.name,
        bars=bars_of(
            [
                Push(origin.who, float(part["nats"][leading.key]))
                for origin, part in zip(origins, shown, strict=True)
            ],
            leading=leading.name,
            n_origins=len(score.contributions),
        ),
        majority_method=method_words(score.baseline.get("method", "")),
    )


def _as_shown(score: Score) -> list[dict[str, Any]]:
    """Return the contributions as published: what was learned of a person is never a row."""
    return [part | {"labels": part["who"]} for part in public_score(score)["contributions"]]


def _candidate_name(key: str, faces: Faces) -> str:
    party = faces.party(key)
    if party is not None:
        return str(party["name"])
    return str(OTHER_WORDS if key == "other" else NONE_WORDS)


def _nats(part: dict[str, Any], candidates: tuple[Candidate, ...]) -> tuple[str, ...]:
    return tuple(f"{round(float(part['nats'][one.key]), 1) + 0.0:+.1f}" for one in candidates)


def _contribution(
    part: dict[str, Any],
    candidates: tuple[Candidate, ...],
    faces: Faces,
    leading: str,
) -> Contribution:
    who = [_label(label, faces) for label in part["labels"]]
    if not who:
        n = part["origins"]
        who = [ngettext("An observer, not named", "%(n)d observers, not named", n) % {"n": n}]
    return Contribution(
        who=", ".join(who),
        says="; ".join(_said(words, faces) for words in part["says"]),
        copies=part["copies"],
        aligned=part["aligned"],
        nats=_nats(part, candidates),
        words=weight_words(part, {one.key: one.name for one in candidates}),
        p_without=part.get("p_without", {}).get(leading),
    )


def _label(label: str, faces: Faces) -> str:
    party = faces.party(label)
    return _("answer of %(party)s") % {"party": party["name"]} if party else label


def _said(words: str, faces: Faces) -> str:
    kind, _colon, code = words.partition(":")
    party = faces.party(code)
    return f"{SAID[kind]} {party['name']}" if party else str(SAID[kind])
