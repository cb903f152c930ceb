"""The public list of findings, and each finding as it was published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.agreement.naming import localized
from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from verification.ledger.queries import log_status
from verification.pages.advice import score_view
from verification.pages.afterlife import afterlife_context
from verification.pages.drawing import place_features
from verification.pages.exchange import order_view
from verification.pages.incidents import instants, origin_groups, position_views, reason_rows
from verification.pages.links import cursor_in, neighbour
from verification.publication.faces import AgreementFace, PartyFace
from verification.publication.queries import finding_by_code, findings_of
from verification.publication.shapes import FINDING
from verification.publication.wording import label, standard_words

PAGE = 20  # findings on one page of the list


@require_safe
@answers_problems
def findings(request: HttpRequest) -> HttpResponse:
    """Show an agreement's current findings, latest first."""
    agreement = current_agreement(request)
    cursor = cursor_in(request)
    seen = findings_of(agreement, cursor=cursor, size=PAGE)
    context = {
        "as_of": timezone.now(),
        "log": log_status(at=timezone.now()),
        "agreement": agreement,
        "agreement_title": agreement.title,
        "zone": agreement.timezone,
        "findings": seen.findings,
        "n_all": seen.n_all,
        "previous_url": request.path + f"?agreement={agreement.slug}" if cursor else "",
        "next_url": neighbour(request, seen.older),
    }
    return render(request, "verification/findings.html", context)


@require_safe
@answers_problems
def finding(request: HttpRequest, code: str) -> HttpResponse:
    """Show a finding from its published record alone."""
    seen = finding_by_code(code)
    if seen.line.code != code:
        return redirect("finding", code=seen.line.code)
    content = seen.line.content
    agreement = agreement_of(content)
    decision = decision_view(content["decision"], agreement) if content["decision"] else None
    positions = position_views(content["positions"], agreement)
    context = {
        "as_of": timezone.now(),
        "log": log_status(at=timezone.now()),
        "agreement": agreement,
        "agreement_title": agreement.title,
        "zone": agreement.timezone,
        "finding": seen.line,
        "content": content,
        **instants(content, "window_from", "window_until"),
        "versions": [{"code": c, "at": at, "this": c == seen.line.code} for c, at in seen.versions],
        "newer": seen.newer,
        **afterlife_context(seen.line.code, content, agreement),
        "decision": decision,
        "attributed": decision["named"] if decision else [],
        "panel": panel_view(content.get("panel")),
        "reasons": reason_rows(content["admissibility_reasons"]),
        "origins": origin_groups(content["statements"], agreement),
        "positions": positions,
        "answers": answers_in_short(positions),
        "order": order_view(content.get("order")),
        "score": score_view(content["score"], agreement),
        "features": place_features(
            content["place"], shape=FINDING, title=f"{seen.line.code} · {seen.line.act_name}"
        ),
        "address": request.build_absolute_uri(reverse("finding", args=[seen.line.code])),
    }
    return render(request, "verification/finding.html", context)


def answers_in_short(positions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each party with its answers by date: one that was heard again answered twice."""
    by_party: dict[str, list[dict[str, Any]]] = {}
    for one in positions:
        on = one["answered_at"] or (one["due_at"] if one["state"] == "lapsed" else None)
        by_party.setdefault(one["party"].code, []).append({**one, "on": on})
    return [
        {"party": rows[0]["party"], "answers": rows, "again": len(rows) > 1}
        for rows in by_party.values()
    ]


def panel_view(panel: dict[str, Any] | None) -> dict[str, int] | None:
    """Return how the panel was drawn, in numbers; None where it was published before that was."""
    if not panel or not panel["draws"]:
        return None
    return {
        "eligible": len(panel["draws"][0]["eligible"]),
        "vacated": sum(panel["vacated"].values()),
        "overrides": panel["vacated"]["override"],
    }


def agreement_of(content: dict[str, Any]) -> AgreementFace:
    """Return the agreement and its parties as they were named when this was published."""
    return AgreementFace(
        slug=content["agreement"],
        title=localized(content["agreement_titles"]),
        timezone=content["timezone"],
        parties=tuple(
            PartyFace(code, localized(party["names"]), party["colour"])
            for code, party in sorted(content["parties"].items())
        ),
    )


def decision_view(decision: dict[str, Any], agreement: AgreementFace) -> dict[str, Any]:
    """Return a decision's answers in words; likelihood and confidence stay two things."""
    return {
        **decision,
        "named": [agreement.party(code) for code in decision["parties"]],
        "clause_title": localized(decision["clause_titles"]),
        "standard": standard_words(decision["standard_of_proof"]),
        "floor": label("likelihood", decision["attribution_floor"]),
        "severity_words": label("severity", decision["severity"]),
        "decided_at": datetime.fromisoformat(decision["decided_at"]),
        "words": {
            name: label(name.split("_")[-1] if "confidence" in name else name, decision[name])
            for name in (
                "occurrence",
                "breach",
                "attribution",
                "intent",
                "occurrence_confidence",
                "breach_confidence",
                "attribution_confidence",
                "intent_confidence",
            )
        },
        "dissents": [
            {
                "occurrence": label("occurrence", d["occurrence"]),
                "breach": label("breach", d["breach"]),
                "attribution": label("attribution", d["attribution"]),
                "named": [agreement.party(code) for code in d["parties"]],
                "reasons": d["reasons"],
            }
            for d in decision["dissents"]
        ],
    }
