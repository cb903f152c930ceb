"""How panels vote: agreement beyond chance, and each reviewer beside the panels' decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reports.pages.answers import signed_in
from reports.pages.choosing import current_agreement
from reports.people.permissions import may
from verification.adjudication.concordance import FEWEST_CASES, QUESTIONS, Alpha, value_of
from verification.adjudication.drift import FEWEST_BALLOTS, Lean
from verification.adjudication.measures import (
    PairAlpha,
    PeriodAlpha,
    ReviewerDrift,
    alphas_by_month,
    alphas_by_pair,
    ballots_cast,
    drift_for,
)
from verification.adjudication.queries import CaseFile
from verification.pages.asker import asker
from verification.pages.cards import Faces, faces_of

QUESTION_WORDS: Mapping[str, Any] = {
    "occurrence": gettext_lazy("Occurrence"),
    "breach": gettext_lazy("Breach"),
    "clause": gettext_lazy("Clause"),
    "attribution": gettext_lazy("Attribution"),
    "intent": gettext_lazy("Intent"),
}


@require_safe
@signed_in
def panel_figures(request: HttpRequest) -> HttpResponse:
    """Show the chair how all reviewers vote; show a reviewer the whole, and their own row."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    cast = ballots_cast(agreement)
    rows = drift_for(user, agreement, at=at, cast=cast)  # refuses whoever may not read it
    is_chair = bool(may(user, "case.decide", at=at, agreement_id=agreement.pk))
    faces = faces_of(agreement.pk, [], at=at)
    context = {
        "is_chair": is_chair,
        "questions": [str(QUESTION_WORDS[name]) for name in QUESTIONS],
        "periods": [_period(row) for row in alphas_by_month(agreement, cast)],
        "pairs": [_pair(row) for row in alphas_by_pair(user, agreement, at=at, cast=cast)]
        if is_chair
        else [],
        "reviewers": [_reviewer(row, faces) for row in rows],
        "fewest_cases": FEWEST_CASES,
        "fewest_ballots": FEWEST_BALLOTS,
        "as_of": at,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
    }
    return render(request, "verification/panel_figures.html", context)


def alpha_view(alpha: Alpha) -> dict[str, Any]:
    """Return one alpha as a cell shows it: a number, or why there is none."""
    why = {"too_few": "–", "one_answer": _("all alike")}
    return {
        "number": "" if alpha.alpha is None else f"{alpha.alpha:.2f}",
        "why_not": why.get(alpha.why_not, ""),
        "cases": alpha.cases,
        "few": alpha.few,
    }


def _cells(by_question: Mapping[str, Alpha]) -> list[dict[str, Any]]:
    return [
        {"question": str(QUESTION_WORDS[name]), **alpha_view(by_question[name])}
        for name in QUESTIONS
    ]


def _period(row: PeriodAlpha) -> dict[str, Any]:
    words = _("All decided cases")
    if row.month:
        words = date_format(date.fromisoformat(f"{row.month}-01"), "F Y")
    return {"words": words, "cases": row.cases, "cells": _cells(row.by_question)}


def _pair(row: PairAlpha) -> dict[str, Any]:
    return {
        "first": row.first.display_name or row.first.username,
        "second": row.second.display_name or row.second.username,
        "cases": row.cases,
        "cells": _cells(row.by_question),
    }


def _reviewer(row: ReviewerDrift, faces: Faces) -> dict[str, Any]:
    drift = row.drift
    house = row.reviewer.organisation
    return {
        "name": row.reviewer.display_name or row.reviewer.username,
        "organisation": house.name if house is not None else _("no organisation"),
        "ballots": drift.ballots,
        "few": drift.few,
        "leans": [_lean(lean, faces) for lean in drift.leans if lean.own.of],
        "agreement": drift.agreement,
        "hours": drift.hours,
        "slow": drift.slow,
    }


def _lean(lean: Lean, faces: Faces) -> dict[str, Any]:
    return {
        "party": faces.party(lean.party),
        "own": lean.own,
        "panel": lean.panel,
        "more": lean.more,
        "fewer": lean.fewer,
        "noted": lean.noted,
        "oftener": lean.more > lean.fewer,
    }


def case_alphas(file: CaseFile) -> list[dict[str, Any]]:
    """Return, for unsealed ballots, how alike they are per question beside all decided cases."""
    if not file.ballots:
        return []
    whole = alphas_by_month(file.incident.agreement)[0]
    answers = [ballot.answers() for ballot in file.ballots]
    return [
        {
            "question": str(QUESTION_WORDS[name]),
            "alike": _alike([value_of(one, name) for one in answers]),
            "overall": alpha_view(whole.by_question[name]),
        }
        for name in QUESTIONS
    ]


def _alike(values: Sequence[str]) -> str:
    given = [value for value in values if value]
    if not given:
        return _("not asked")
    most = max(given.count(value) for value in given)
    return _("%(most)d of %(given)d alike") % {"most": most, "given": len(given)}
