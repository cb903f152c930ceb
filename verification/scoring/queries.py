"""Reads of scores. A score is shown only to those whose judgement it cannot bias."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from reports.agreement.models import Agreement
from verification.incidents.models import Incident
from verification.incidents.states import IncidentState
from verification.scoring.models import Fit, Score, SourceReliability
from verification.scoring.rules import FEWEST_NAMINGS

FITTED = (
    IncidentState.OPEN,
    IncidentState.UNDER_REVIEW,
    IncidentState.REOPENED,
    IncidentState.DECIDED,
)


def latest_score(incident: Incident) -> Score | None:
    """Return the newest score of an incident, or None. Callers check who may see it."""
    return Score.objects.filter(incident=incident).order_by("-at", "-id").first()


def latest_scores(incident_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Score]:
    """Return {incident: newest score} for many incidents in one query."""
    rows = (
        Score.objects.filter(incident_id__in=list(incident_ids))
        .order_by("incident_id", "-at", "-id")
        .distinct("incident_id")
    )
    return {row.incident_id: row for row in rows}


def scores_of(incident: Incident) -> list[Score]:
    """Return all scores of an incident, newest first."""
    return list(Score.objects.filter(incident=incident).order_by("-at", "-id"))


@dataclass(frozen=True, slots=True)
class FitLine:
    """The last fit as the chair's and the operator's pages show it."""

    at: datetime
    n_incidents: int
    n_statements: int
    n_origins: int
    seconds: float
    engine_version: str
    method: str
    waiting: int  # incidents scored by this fit's tables since, or not at all: until the next fit


@dataclass(frozen=True, slots=True)
class ReliabilityLine:
    """What was learned of one source or group. `right` of `named`, in statements."""

    label: str
    group: str
    n_statements: int
    named: int
    right: float | None  # None: so few that single scores would show
    decided: int
    decided_right: int
    nats: float | None
    names: dict[str, int]
    in_chorus_with: int


def last_fit(agreement_id: uuid.UUID, *, at: datetime) -> Fit | None:
    """Return the newest fit of an agreement made up to an instant, or None."""
    rows = Fit.objects.filter(agreement_id=agreement_id, at__lte=at)
    return rows.order_by("-at", "-id").first()


def was_fitted_since(agreement_id: uuid.UUID, *, at: datetime) -> bool:
    """Answer whether an agreement has a fit made at an instant or after it."""
    return Fit.objects.filter(agreement_id=agreement_id, at__gte=at).exists()


def fit_line(agreement_id: uuid.UUID, *, at: datetime) -> FitLine | None:
    """Return when all sources were last learned anew, of how much, and how long it took."""
    rows = Fit.objects.filter(agreement_id=agreement_id, at__lte=at).defer("inputs")
    fit = rows.order_by("-at", "-id").first()
    if fit is None:
        return None
    return FitLine(
        fit.at,
        fit.n_incidents,
        fit.n_statements,
        fit.n_origins,
        fit.seconds,
        fit.engine_version,
        fit.method,
        _waiting(agreement_id, since=fit.at),
    )


def _waiting(agreement_id: uuid.UUID, *, since: datetime) -> int:
    newer = Score.objects.filter(incident=OuterRef("pk"), at__gt=since)
    any_score = Score.objects.filter(incident=OuterRef("pk"))
    rows = Incident.objects.filter(agreement_id=agreement_id, state__in=FITTED)
    return rows.filter(Exists(newer) | ~Exists(any_score)).count()


def reliability_lines(
    agreement_id: uuid.UUID, *, at: datetime
) -> tuple[list[ReliabilityLine], list[ReliabilityLine]]:
    """Return (groups, sources) of the last fit, those heard most first. Never public.

    The share expected right is withheld below FEWEST_NAMINGS statements: who reads it may still
    have to judge one of these incidents, blind to its score.
    """
    fit = (
        Fit.objects.filter(agreement_id=agreement_id, at__lte=at).order_by("-at", "-id").only("id")
    )
    rows = SourceReliability.objects.filter(fit_id__in=fit.values_list("pk", flat=True)[:1])
    lines = [
        (row.source, _reliability(row)) for row in rows.order_by("-n_statements", "label", "group")
    ]
    groups = [line for source, line in lines if not source]
    return groups, [line for source, line in lines if source]


def _reliability(row: SourceReliability) -> ReliabilityLine:
    known = row.parameters
    shown = known["named"] >= FEWEST_NAMINGS
    return ReliabilityLine(
        label=row.label,
        group=row.group,
        n_statements=row.n_statements,
        named=known["named"],
        right=known["right"] if shown else None,
        decided=known["decided"],
        decided_right=known["decided_right"],
        nats=known["nats"] if shown else None,
        names=known["names"],
        in_chorus_with=known.get("in_chorus_with", 0),
    )


def scores_made_until(agreement_id: uuid.UUID, *, at: datetime, code: str = "") -> list[Score]:
    """Return the scores that stood at an instant, one per incident, by code."""
    rows = Score.objects.filter(incident__agreement_id=agreement_id, at__lte=at)
    if code:
        rows = rows.filter(incident__code=code)
    found = rows.select_related("incident", "fit").order_by("incident_id", "-at", "-id")
    return sorted(found.distinct("incident_id"), key=lambda score: score.incident.code)


def agreement_of_fit(fit_id: uuid.UUID) -> Agreement | None:
    """Return the agreement a fit belongs to, or None."""
    return Agreement.objects.filter(fit=fit_id).first()


def held_out_of(agreement_id: uuid.UUID) -> dict[str, dict[str, float]]:
    """Return {incident's code: p} of audited incidents, by fits that did not know the decision."""
    rows = Fit.objects.filter(agreement_id=agreement_id).order_by("-at", "-id")
    return next(iter(rows.values_list("held_out", flat=True)[:1]), {})
