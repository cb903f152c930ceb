"""The public register of recommendations: those whose issue lies under a signed checkpoint."""

from __future__ import annotations

from datetime import datetime

from reports.agreement.models import Agreement
from verification.publication.unsigned import unsigned
from verification.recommendations import queries
from verification.recommendations.queries import PublicRecommendation


def recommendations_of(agreement: Agreement, *, at: datetime) -> list[PublicRecommendation]:
    """Return an agreement's recommendations, overdue ones first, then by the day they are due."""
    return queries.recommendations_of(agreement, at=at, hidden=unsigned().recommendations())


def recommendation_by_code(code: str, *, at: datetime) -> PublicRecommendation:
    """Return one recommendation with all that was said on it; NotFound otherwise."""
    return queries.recommendation_by_code(code, at=at, hidden=unsigned().recommendations())


def public_on_incident(code: str, *, at: datetime) -> list[PublicRecommendation]:
    """Return the recommendations that follow from an incident as the public may know them."""
    return queries.public_on_incident(code, at=at, hidden=unsigned().recommendations())
