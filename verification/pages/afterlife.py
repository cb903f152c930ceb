"""What happened to a finding since, in words: what it corrects, what differs, who asked and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from reports.agreement.naming import localized
from verification.publication.corrections import (
    Afterlife,
    PublicCorrection,
    PublicRequest,
    afterlife_of,
)
from verification.publication.faces import AgreementFace
from verification.publication.wording import label


def afterlife_context(
    code: str, content: Mapping[str, Any], agreement: AgreementFace
) -> dict[str, Any]:
    """Return what the page of a finding shows of requests and corrections."""
    found: Afterlife = afterlife_of(code)
    return {
        "corrects": _correction(found.corrects, agreement),
        "corrected_by": _correction(found.corrected_by, agreement),
        "in_question": found.in_question,
        "requests": [request_view(row, agreement) for row in found.requests],
        "side_by_side": side_by_side(found.before, content, agreement),
        "before": found.before["decision"] if found.before else None,
    }


def _correction(row: PublicCorrection | None, agreement: AgreementFace) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "finding": row.finding,
        "corrects": row.corrects,
        "at": row.published_at,
        "upheld": not row.changes,
        "request": request_view(row.request, agreement) if row.request is not None else None,
    }


def request_view(row: PublicRequest, agreement: AgreementFace) -> dict[str, Any]:
    """Return a public request with its codes in words."""
    return {
        "asker": label("reopening_asker", row.asker),
        "party": agreement.party(row.party) if row.party else None,
        "ground": label("reopening_ground", row.ground),
        "state": row.state,
        "asked_at": row.asked_at,
        "answered_at": row.answered_at,
        "reason": row.reason,
    }


def side_by_side(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], agreement: AgreementFace
) -> list[dict[str, Any]]:
    """Return one row per question with the earlier and the later answer, differences marked."""
    if before is None or not before["decision"] or not after["decision"]:
        return []
    old, new = (_answers(content["decision"], agreement) for content in (before, after))
    return [
        {"question": question, "before": old[question], "after": new[question]}
        | {"changed": old[question] != new[question]}
        for question in new
    ]


def _answers(decision: Mapping[str, Any], agreement: AgreementFace) -> dict[str, list[str]]:
    """Return {question: the parts of its answer in words}."""

    def strength(question: str) -> list[str]:
        return [
            label("likelihood", decision.get(f"{question}_likelihood", "")),
            label("confidence", decision.get(f"{question}_confidence", "")),
        ]

    named = ", ".join(agreement.party(code).name for code in decision["parties"])
    clause = " ".join(filter(None, (decision["clause"], localized(decision["clause_titles"]))))
    rows = {
        _("Did it happen?"): [label("occurrence", decision["occurrence"]), *strength("occurrence")],
        _("Does it breach the agreement?"): [
            label("breach", decision["breach"]),
            label("severity", decision["severity"]),
            *strength("breach"),
        ],
        _("Which clause?"): [clause or _("None")],
        _("Who did it?"): [
            label("attribution", decision["attribution"]),
            named,
            *strength("attribution"),
        ],
        _("With what intent?"): [label("intent", decision["intent"]), *strength("intent")],
    }
    return {question: [part for part in parts if part] for question, parts in rows.items()}
