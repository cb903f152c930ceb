"""The order of tied incidents as pages draw it: "A before B: 93 %", with its windows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reports.agreement.naming import localized
from verification.incidents.queries import Incident
from verification.linking.queries import Tie, exchange_of, ties_of
from verification.pages.cards import precision_of
from verification.scoring.chains import Timed, chain_of


def order_view(order: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a public order with its instants as instants and its acts in words."""
    if order is None:
        return None
    return {
        **order,
        "incidents": [
            {
                **row,
                "act": localized(row["act_names"]),
                "window_from": datetime.fromisoformat(row["window_from"]),
                "window_until": datetime.fromisoformat(row["window_until"]),
            }
            for row in order["incidents"]
        ],
    }


def order_for_triage(incident: Incident) -> dict[str, Any] | None:
    """Return the order of the incidents tied to this one, from the exact windows."""
    tied = {one.code: one for one in exchange_of(incident)}
    chain = chain_of([Timed(i.code, i.window_from, i.window_until) for i in tied.values()])
    if chain is None:
        return None
    return {
        "incidents": [
            {
                "code": code,
                "act": tied[code].act.name,
                "window_from": tied[code].window_from,
                "window_until": tied[code].window_until,
                "precision": precision_of(tied[code]),
                "p_first": chain.first[code],
            }
            for code in chain.codes
        ],
        "steps": chain.steps,
        "p_order": chain.p_order,
    }


def tie_rows(incident: Incident) -> list[dict[str, Any]]:
    """Return an incident's ties with the other incident of each."""
    return [_tie(tie, incident) for tie in ties_of(incident)]


def _tie(tie: Tie, incident: Incident) -> dict[str, Any]:
    other = tie.other if tie.one_id == incident.pk else tie.one
    return {"key": str(tie.pk), "code": other.code, "act": other.act.name, "why": tie.why}
