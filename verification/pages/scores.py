"""A score as a page shows it, to those whose judgement it can no longer bias."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verification.pages.cards import Faces, PartyFace
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
    """One possible answer with its two probabilities (0..1)."""

    key: str
    name: str
    party: PartyFace | None
    p: float
    p_without: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one independent origin adds to each answer (nats of log-odds)."""

    who: str
    says: str
    copies: int
    aligned: bool
    nats: tuple[str, ...]


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
        )
        for key, p in _in_order(score.p)
    )
    named = {row["label"] for row in score.inputs if reveal or row["public"]}
    return ScoreCard(
        method=score.method,
        version=score.engine_version,
        at=score.at,
        n_origins=score.n_origins,
        n_statements=score.n_statements,
        inputs_hash=score.inputs_hash,
        candidates=candidates,
        contributions=tuple(
            _contribution(part, candidates, named, faces) for part in score.contributions
        ),
    )


def _in_order(p: dict[str, float]) -> list[tuple[str, float]]:
    """Return the answers by party code, then "other", then "none" (JSON keeps no order)."""
    last = {"other": 1, "none": 2}
    return sorted(p.items(), key=lambda item: (last.get(item[0], 0), item[0]))


def _candidate_name(key: str, faces: Faces) -> str:
    party = faces.party(key)
    if party is not None:
        return str(party["name"])
    return str(OTHER_WORDS if key == "other" else NONE_WORDS)


def _contribution(
    part: dict[str, Any], candidates: tuple[Candidate, ...], named: set[str], faces: Faces
) -> Contribution:
    who = [_label(label, faces) for label in part["labels"] if label in named]
    unnamed = len(part["labels"]) - len(who)
    if unnamed:
        who.append(_("a person on site or with a record of it"))
    return Contribution(
        who=", ".join(who),
        says="; ".join(_said(words, faces) for words in part["says"]),
        copies=part["copies"],
        aligned=part["aligned"],
        nats=tuple(f"{float(part['nats'][one.key]):+.2f}" for one in candidates),
    )


def _label(label: str, faces: Faces) -> str:
    party = faces.party(label)
    return _("answer of %(party)s") % {"party": party["name"]} if party else label


def _said(words: str, faces: Faces) -> str:
    kind, _colon, code = words.partition(":")
    party = faces.party(code)
    return f"{SAID[kind]} {party['name']}" if party else str(SAID[kind])
