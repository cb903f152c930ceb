"""Writes of scores: one incident is scored from what is on record now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction

from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from verification.engine.baseline import majority
from verification.engine.statements import claims_from_statements, inputs_hash
from verification.engine.types import Posterior, even_priors
from verification.incidents.models import Incident
from verification.incidents.queries import root_of
from verification.scoring.assemble import (
    NEUTRAL_GROUPS,
    Input,
    as_json,
    candidates_of,
    engine_rows,
    inputs_of,
    origin_numbers,
)
from verification.scoring.models import Score
from verification.scoring.queries import latest_score

DIGITS = 9  # decimals kept of a probability
ENGINE = "machine"


@transaction.atomic
def rescore_incident(*, incident: Incident, at: datetime) -> Score:
    """Score an incident anew; if nothing it rests on has changed, return the last score.

    Leaves: Score, incident.scored (which does not carry the figures: reviewers read the history).
    """
    held = Incident.objects.select_for_update().get(pk=root_of(incident).pk)
    inputs = inputs_of(held, at=at)
    values = score_values(inputs, candidates=candidates_of(held.agreement_id))
    last = latest_score(held)
    if (
        last is not None
        and last.inputs_hash == values["inputs_hash"]
        and last.engine_version == values["engine_version"]
    ):
        return last
    score = Score.objects.create(incident=held, at=at, **values)
    record_event(
        kind=Kind.INCIDENT_SCORED,
        subject=score,
        by=None,
        at=at,
        acting_as=ENGINE,
        file_id=held.pk,
        payload={"origins": score.n_origins},
    )
    return score


def score_values(inputs: Sequence[Input], *, candidates: Sequence[str]) -> dict[str, Any]:
    """Return what a score row says of these inputs: the same inputs give the same row.

    Shapes: candidates = party codes, then "other" and "none", in the engine's order.
    """
    parties = list(candidates[:-2])
    indexed = claims_from_statements(
        engine_rows(inputs, parties=parties),
        n_parties=len(parties),
        incidents=["incident"],
        groups=[*parties, *NEUTRAL_GROUPS],
    )
    sides = {code: number for number, code in enumerate(parties)}
    group_party = np.array([sides.get(group, -1) for group in indexed.groups], dtype=np.int64)
    priors = even_priors(len(parties), group_party)
    posterior = majority(indexed.claims, priors)
    return {
        "p": _named(candidates, posterior.p[0]),
        "p_without_aligned": _named(candidates, posterior.p_without_aligned[0]),
        "contributions": _contributions(posterior, inputs, candidates),
        "inputs": as_json(inputs),
        "inputs_hash": inputs_hash(indexed.claims, priors),
        "engine_version": posterior.engine_version,
        "method": posterior.method,
        "n_origins": indexed.claims.n_origins,
        "n_statements": len(inputs),
    }


def _named(candidates: Sequence[str], values: Any) -> dict[str, float]:
    return {name: round(float(p), DIGITS) for name, p in zip(candidates, values, strict=True)}


def _contributions(
    posterior: Posterior, inputs: Sequence[Input], candidates: Sequence[str]
) -> list[dict[str, Any]]:
    """Return one entry per independent origin that counted: who spoke, and its log-odds."""
    speakers: dict[int, list[Input]] = {}
    for item, number in zip(inputs, origin_numbers(inputs), strict=True):
        speakers.setdefault(number, []).append(item)
    parts = posterior.contributions
    rows = parts.rows_of(0)
    found: list[dict[str, Any]] = []
    for origin, nats in zip(parts.origin[rows], parts.log_lr[rows], strict=True):
        members = speakers.get(int(origin), [])
        found.append(
            {
                "origin": int(origin),
                "labels": sorted({item.label for item in members}),
                "groups": sorted({item.group for item in members}),
                "aligned": any(item.aligned for item in members),
                "says": sorted({f"{i.says}:{i.party}" if i.party else i.says for i in members}),
                "copies": len(members),
                "nats": _named(candidates, nats),
            }
        )
    return found
