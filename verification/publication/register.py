"""What is published beside findings, as far as it lies under a signed checkpoint.

The register of recommendations, the procedure, the audit lottery, how good the scores were.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from reports.agreement.models import Agreement
from reports.journal.kinds import Kind
from verification.adjudication.queries import decided_with_scores
from verification.caseload import queries as caseload
from verification.caseload.models import Procedure
from verification.incidents.queries import incidents_by_id, member_ids, root_of
from verification.publication.calibration import Calibration, calibration_of
from verification.publication.unsigned import unsigned
from verification.recommendations import queries
from verification.recommendations.queries import PublicRecommendation, Untold
from verification.standing import queries as standing
from verification.standing.queries import Lottery
from verification.withholding.queries import withheld_now_anywhere


def recommendations_of(agreement: Agreement, *, at: datetime) -> list[PublicRecommendation]:
    """Return an agreement's recommendations, overdue ones first, then by the day they are due."""
    return queries.recommendations_of(agreement, at=at, untold=_untold())


def recommendation_by_code(code: str, *, at: datetime) -> PublicRecommendation:
    """Return one recommendation with all that was said on it; NotFound otherwise."""
    return queries.recommendation_by_code(code, at=at, untold=_untold())


def public_on_incident(code: str, *, at: datetime) -> list[PublicRecommendation]:
    """Return the recommendations that follow from an incident as the public may know them."""
    return queries.public_on_incident(code, at=at, untold=_untold())


def _untold() -> Untold:
    """Return what is unsigned, and what follows from incidents that are kept from the public."""
    hidden = unsigned().recommendations()
    held = incidents_by_id(withheld_now_anywhere()).values()
    files = [pk for incident in held for pk in member_ids(root_of(incident))]
    return replace(hidden, issued=hidden.issued | queries.issued_on(files)) if files else hidden


def procedures() -> list[Procedure]:
    """Return every version of the procedure that the public was told of, newest first."""
    hidden = unsigned().of(Kind.PROCEDURE_PUBLISHED)
    return [one for one in caseload.procedures() if one.pk not in hidden]


def lottery_of(agreement_id: uuid.UUID, *, at: datetime) -> Lottery | None:
    """Return the audit lottery as the public may know it."""
    hidden, draw = unsigned(), standing.draw_of_agreement(agreement_id)
    if draw is None or draw.pk in hidden.of(Kind.AUDIT_DRAWN):
        return None
    return standing.lottery_of(agreement_id, at=at, shown=hidden.states())


def calibration() -> Calibration:
    """Return how often the scores of this site were right, by the decisions that are told of."""
    hidden = unsigned()
    return calibration_of(decided_with_scores(untold=hidden.cases(), unmoved=hidden.reopened()))
