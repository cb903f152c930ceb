"""Writes of scores: one incident at once, the whole mission when sources are learned anew."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reports.agreement.models import Agreement
from reports.journal.actions import record_event
from reports.journal.kinds import Kind
from verification.engine.labels import BadClaims
from verification.engine.version import ENGINE_VERSION
from verification.incidents.models import Incident
from verification.incidents.queries import root_of
from verification.scoring.assemble import as_json, candidates_of, inputs_of, inputs_of_files
from verification.scoring.held_out import held_out_answers
from verification.scoring.mission import (
    Mission,
    Values,
    fit_mission,
    majority_of,
)
from verification.scoring.models import Fit, Score, SourceReliability
from verification.scoring.presence import present_groups
from verification.scoring.queries import FITTED, last_fit, latest_score, latest_scores
from verification.scoring.reliability import Learned, reliabilities_of
from verification.scoring.replay import Kept, fitted_values, mission_kept, score_after
from verification.scoring.rules import MOVED, SEED, is_resting, total_variation

ENGINE = "machine"


@transaction.atomic
def rescore_incident(*, incident: Incident, at: datetime) -> Score:
    """Score an incident anew; if nothing said of it has changed, return the last score.

    What changed elsewhere in the mission reaches it with the next refit_sources.
    Leaves: Score, incident.scored (which does not carry the figures: reviewers read the history).
    """
    held = Incident.objects.select_for_update().get(pk=root_of(incident).pk)
    inputs = inputs_of(held)
    present = present_groups([held], at=at).get(held.pk, [])
    last = latest_score(held)
    if (
        last is not None
        and last.inputs == as_json(inputs)
        and last.presence == present
        and last.engine_version == ENGINE_VERSION
    ):
        return last
    fit = last_fit(held.agreement_id, at=at)
    values = score_after(
        fit,
        code=held.code,
        inputs=inputs,
        present=present,
        candidates=candidates_of(held.agreement_id),
    )
    score = Score.objects.create(
        incident=held, at=at, fit=fit, inputs=as_json(inputs), presence=present, **values
    )
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


def refit_sources(
    *,
    agreement: Agreement,
    gold: Mapping[UUID, str],
    at: datetime,
    audited: Collection[UUID] = (),
) -> Fit | None:
    """Learn all sources anew from everything said and decided; score what moved.

    The same inputs under the same engine leave the last fit as it is, and so does a large mission
    whose last fit is young. `gold` maps an incident to
    the candidate that a panel, blind to the score, decided on (adjudication.queries); `audited`
    are the decided incidents that the audit lottery drew.
    Leaves: Fit, SourceReliability, a Score per incident whose answer or inputs changed,
    sources.refitted; or nothing.
    """
    incidents = {
        row.pk: row
        for row in Incident.objects.filter(agreement=agreement, state__in=FITTED).order_by("code")
    }
    if not incidents:
        return None
    before = last_fit(agreement.pk, at=at)
    files = inputs_of_files(incidents)
    present = present_groups(list(incidents.values()), at=at)
    kept = Kept(
        tuple(candidates_of(agreement.pk)),
        {row.code: files[pk] for pk, row in incidents.items()},
        {incidents[pk].code: name for pk, name in gold.items() if pk in incidents},
        {incidents[pk].code: groups for pk, groups in present.items() if groups},
    )
    if before is not None and is_resting(
        at - before.at,
        n_statements=before.n_statements,
        n_gold=len(before.inputs["gold"]),
        n_new=abs(kept.n_statements - before.n_statements),
    ):
        return before
    digest = kept.digest()
    if (
        before is not None
        and before.inputs_hash == digest
        and before.engine_version == ENGINE_VERSION
    ):
        return before
    began = time.monotonic()
    mission = mission_kept(kept)
    values, learned, method = _fitted(mission)
    seconds = round(time.monotonic() - began, 3)
    fit = Fit(
        agreement=agreement,
        at=at,
        seed=SEED,
        engine_version=ENGINE_VERSION,
        method=method,
        inputs=kept.as_json(),
        inputs_hash=digest,
        held_out=_held_out(mission, [incidents[pk].code for pk in audited if pk in incidents]),
        n_incidents=len(incidents),
        n_statements=kept.n_statements,
        n_origins=mission.indexed.claims.n_origins,
        seconds=seconds,
    )
    return _write(fit, before, incidents, values, learned)


def _fitted(mission: Mission) -> tuple[dict[str, Values], list[Learned], str]:
    """Return every incident's values, what was learned, and by which method."""
    plain = majority_of(mission)
    try:
        scored = fit_mission(mission)
    except BadClaims:  # refused: the majority vote, under its own name
        return fitted_values(mission, None, plain), [], plain.method
    values = fitted_values(mission, scored, plain)
    method = next(iter(values.values()))["method"]
    return values, reliabilities_of(mission, scored), method


def _held_out(mission: Mission, audited: Sequence[str]) -> dict[str, dict[str, float]]:
    try:
        return held_out_answers(mission, audited, seed=SEED)
    except BadClaims:
        return {}


@transaction.atomic
def _write(
    fit: Fit,
    before: Fit | None,
    incidents: Mapping[UUID, Incident],
    values: Mapping[str, Values],
    learned: Sequence[Learned],
) -> Fit:
    """Write a fit and what follows from it, unless another refit came first."""
    Agreement.objects.select_for_update(no_key=True).get(pk=fit.agreement_id)
    newest = last_fit(fit.agreement_id, at=fit.at)
    if newest is not None and newest != before:
        return newest
    fit.save(force_insert=True)
    SourceReliability.objects.bulk_create(
        SourceReliability(
            fit=fit,
            source=one.source,
            label=one.label,
            group=one.group,
            n_statements=one.n_statements,
            parameters=one.parameters,
        )
        for one in learned
    )
    last = latest_scores(list(incidents))
    rows = [
        Score(
            incident=incident,
            at=fit.at,
            fit=fit,
            refitted=True,
            inputs=fit.inputs["incidents"][incident.code],
            presence=fit.inputs["presence"].get(incident.code, []),
            **values[incident.code],
        )
        for pk, incident in incidents.items()
        if _moved(last.get(pk), fit, incident.code, values[incident.code])
    ]
    Score.objects.bulk_create(rows)
    record_event(
        kind=Kind.SOURCES_REFITTED,
        subject=fit,
        by=None,
        at=fit.at,
        acting_as=ENGINE,
        payload={"incidents": fit.n_incidents, "rescored": len(rows)},
    )
    return fit


def _moved(last: Score | None, fit: Fit, code: str, values: Values) -> bool:
    """Answer whether an incident needs a new row: other inputs, method or answer."""
    if last is None or last.inputs != fit.inputs["incidents"][code]:
        return True
    if last.presence != fit.inputs["presence"].get(code, []):
        return True
    if (last.engine_version, last.method) != (values["engine_version"], values["method"]):
        return True
    return any(
        total_variation(getattr(last, name), values[name]) > MOVED
        for name in ("p", "p_without_aligned")
    )
