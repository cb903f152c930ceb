"""Reads of scores. A score is shown only to those whose judgement it cannot bias."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from verification.incidents.models import Incident
from verification.scoring.models import Score


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
