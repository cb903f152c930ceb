"""The order of an exchange as the public may know it: from the public windows alone.

A window that only observers gave is widened to whole days in public, so the figures here may be
less sure than those triage reads.
"""

from __future__ import annotations

from typing import Any

from verification.incidents.models import Incident
from verification.incidents.queries import incident_by_code, member_ids
from verification.linking.queries import exchange_of
from verification.publication.assemble import case_book, public_faces
from verification.scoring.chains import Timed, chain_of
from verification.withholding.queries import withheld_until

DIGITS = 3  # decimals kept of a probability


def public_order(incident: Incident) -> dict[str, Any] | None:
    """Return the order of the incidents tied to this one, as plain values; None if it is alone."""
    tied = exchange_of(incident)
    if not tied:
        return None
    ids = {pk for one in tied for pk in member_ids(one)}
    if withheld_until(ids):
        return None  # an order would tell of one that is not shown yet
    faces = {face.code: face for face in public_faces(case_book(incident.agreement, ids))}
    chain = chain_of([Timed(f.code, f.window_from, f.window_until) for f in faces.values()])
    if chain is None:
        return None
    return {
        "incidents": [
            {
                "code": code,
                "act_names": _act_names(tied, code),
                "window_from": faces[code].window_from.isoformat(),
                "window_until": faces[code].window_until.isoformat(),
                "precision": faces[code].precision,
                "p_first": round(chain.first[code], DIGITS),
            }
            for code in chain.codes
        ],
        "steps": [
            {
                "earlier": step.earlier,
                "later": step.later,
                "p_before": round(step.p_before, DIGITS),
                "p_within": round(step.p_within, DIGITS),
            }
            for step in chain.steps
        ],
        "p_order": round(chain.p_order, DIGITS),
    }


def _act_names(tied: list[Incident], code: str) -> dict[str, str]:
    return next((one.act.names for one in tied if one.code == code), {})


def order_by_code(code: str) -> dict[str, Any] | None:
    """Return the public order of the incident with this code."""
    return public_order(incident_by_code(code))
