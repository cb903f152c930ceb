"""The chair: incidents a case can be opened on, cases by deadline, and the decision."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reports.agreement.queries import Agreement
from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, NotFound
from verification.adjudication.actions.decisions import decide_case
from verification.adjudication.actions.panels import (
    open_case,
    override_seat,
    replace_reviewer,
)
from verification.adjudication.answers import Outcome, outcome_of
from verification.adjudication.eligible import why_vacated
from verification.adjudication.queries import (
    CaseFile,
    case_for_chair,
    cases_for_chair,
    incident_for_chair,
    incidents_without_case,
    seats_of,
)
from verification.adjudication.readiness import readiness
from verification.caseload.queries import clocks_of
from verification.corroboration.queries import positions_by_incident
from verification.incidents.queries import Incident
from verification.pages.asker import asker, check_fresh
from verification.pages.ballots import answer_rows
from verification.pages.cards import faces_of, incident_cards
from verification.pages.case_file import file_context
from verification.pages.clocks import clock_rows
from verification.pages.decision import first_reasons
from verification.pages.forms_chair import DecideForm, OpenCaseForm, OverrideForm
from verification.pages.more_time import positions_with_links
from verification.scoring.queries import fit_line
from verification.standing.queries import draw_of_agreement, drawn_codes

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def chair(request: HttpRequest) -> HttpResponse:
    """Show the cases by state and deadline, and the incidents without one; open a case."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    if request.method == "POST":
        return _open(request, at)
    cases = Paginator(cases_for_chair(user, agreement, at=at), PER_PAGE)
    waiting = Paginator(incidents_without_case(user, agreement, at=at), PER_PAGE)
    page = cases.get_page(request.GET.get("page"))
    incidents = waiting.get_page(request.GET.get("waiting"))
    context = {
        "page": page,
        "cases": _case_rows(list(page.object_list), at),
        "incidents_page": incidents,
        "incidents": _openable(agreement, list(incidents.object_list), at),
        "now": at,
        "zone": agreement.timezone,
        "quorum": agreement.quorum,
        "keys": [("o", _("open a case on the row"))],
        "fit": fit_line(agreement.pk, at=at),
        "draw": draw_of_agreement(agreement.pk),
        "agreement_title": agreement.title,
    }
    return render(request, "verification/chair.html", context)


def _open(request: HttpRequest, at: datetime) -> HttpResponse:
    user = asker(request)
    form = OpenCaseForm(request.POST)
    code = form.cleaned_data["incident"] if form.is_valid() else ""
    incident = incident_for_chair(user, code, at=at)
    check_fresh(incident, request.POST.get("version"))
    case = open_case(incident=incident, by=user, at=at)
    messages.success(request, _("The case is open; its panel was seated by rule."))
    return redirect("chair-case", case.pk)


def _case_rows(cases: list[Any], at: datetime) -> list[dict[str, Any]]:
    cards = incident_cards([case.incident for case in cases])
    drawn = _drawn([case.incident for case in cases])
    return [
        {
            "key": case.pk,
            "incident": card,
            "state": case.state,
            "round": case.round,
            "due_at": case.ballots_due_at,
            "sealed": case.n_ballots,
            "seats": case.n_seats,
            "drawn": case.incident.code in drawn,
            "late": case.state == "balloting" and case.ballots_due_at <= at,
        }
        for case, card in zip(cases, cards, strict=True)
    ]


def _openable(
    agreement: Agreement, incidents: list[Incident], at: datetime
) -> list[dict[str, Any]]:
    positions = positions_by_incident(incidents)
    faces = faces_of(agreement.pk, [], at=at)
    drawn = _drawn(incidents)
    return [
        {
            "incident": card,
            "drawn": incident.code in drawn,
            "age": (at - incident.opened_at).days,
            "heard": [
                {
                    "party": faces.party(p.party.code),
                    "state": p.state,
                    "due_at": p.due_at,
                    "url": reverse("chair-notice", args=[p.pk]),
                }
                for p in positions[incident.pk]
            ],
            "may_open": incident.admissibility != "inadmissible",
        }
        for incident, card in zip(incidents, incident_cards(incidents), strict=True)
    ]


def _drawn(incidents: list[Incident]) -> set[str]:
    """Return which of these the audit lottery draws: they are judged whatever their politics."""
    if not incidents:
        return set()
    return drawn_codes(incidents[0].agreement_id, [incident.code for incident in incidents])


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def chair_case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Show whether a case can be decided and what the ballots amount to; seal the decision."""
    at, user = timezone.now(), asker(request)
    file = case_for_chair(user, case_id, at=at)
    if request.method != "POST":
        context = _context(file, at)
        first = {"version": file.case.version, "reasons": first_reasons(file, context)}
        return render(
            request, "verification/chair_case.html", context | {"form": DecideForm(initial=first)}
        )
    if "replace" in request.POST:
        return _replace(request, file, at)
    if "override" in request.POST:
        return _override(request, file, at)
    form = DecideForm(request.POST)
    check_fresh(file.case, request.POST.get("version"))
    if form.is_valid():
        try:
            decide_case(case=file.case, reasons=form.cleaned_data["reasons"], by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(
                request, _("Decided. The finding is being published and the standings updated.")
            )
            return redirect("chair-case", file.case.pk)
    context = _context(file, at) | {"form": form}
    return sent_back(request, "verification/chair_case.html", context)


def _number(request: HttpRequest, name: str) -> int:
    given = request.POST.get(name, "")
    if not given.isdecimal() or len(given) > 4:
        raise NotFound()
    return int(given)


def _override(request: HttpRequest, file: CaseFile, at: datetime) -> HttpResponse:
    number = _number(request, "override")
    form = OverrideForm(request.POST, auto_id=f"override-{number}-%s")
    if form.is_valid():
        why = form.cleaned_data["why"]
        try:
            override_seat(case=file.case, seat_number=number, reason=why, by=asker(request), at=at)
        except Invalid as problem:
            add_errors(form, problem, {"reason": "why"})
        else:
            messages.success(request, _("The seat is vacated; the rules seated somebody else."))
            return redirect("chair-case", file.case.pk)
    context = _context(file, at)
    for seat in context["panel_seats"]:
        if seat["number"] == number:
            seat["override"] = form
    return sent_back(request, "verification/chair_case.html", context | {"form": form})


def _replace(request: HttpRequest, file: CaseFile, at: datetime) -> HttpResponse:
    number = _number(request, "replace")
    replace_reviewer(case=file.case, seat_number=number, by=asker(request), at=at)
    messages.success(request, _("The seat is vacated; the rules seated somebody else."))
    return redirect("chair-case", file.case.pk)


def _context(file: CaseFile, at: datetime) -> dict[str, Any]:
    context = file_context(file, at=at)
    state = readiness(file.case, at=at)
    panel = context["panel"]
    outcome = str(Outcome(outcome_of(panel)).label) if panel is not None else ""
    return context | {
        "positions": positions_with_links(file.positions, context["faces"]),
        "clocks": clock_rows(
            clocks_of([file.incident])[file.incident.pk],
            parties={party.code: context["faces"].party(party.code) for party in file.parties},
            at=at,
        ),
        "draws": [draw.record() for draw in file.case.draws.all()],
        "panel_seats": _seats(file, context["faces"], at),
        "ready": bool(state),
        "preconditions": [
            (_("Quorum"), state.quorum),
            (_("All ballots"), state.complete),
            (_("The accused heard"), state.heard),
            (_("Nothing unread"), state.offered),
            (_("No conflict of interest"), state.unconflicted),
        ],
        "outcome": outcome,
        "panel_rows": answer_rows(panel, faces=context["faces"]) if panel is not None else (),
        "dissents": [card for card in context["ballots"] if card.dissents],
        "effects": [
            _("publish the finding on %(code)s: “%(outcome)s”, with your reasons word for word")
            % {"code": file.incident.code, "outcome": outcome},
            _("update the standings of %(parties)s")
            % {"parties": ", ".join(p["name"] for p in context["faces"].parties.values())},
            _("close the case: the decision is never edited, only overridden by a new one"),
        ],
        "crumbs": [(reverse("chair"), _("Cases"))],
    }


def _seats(file: CaseFile, faces: Any, at: datetime) -> list[dict[str, Any]]:
    balloting = file.case.state == "balloting"
    vacated = why_vacated(file.case, at=at) if balloting else {}
    return [
        {
            "number": seat.number,
            "organisation": seat.reviewer.organisation.name
            if seat.reviewer.organisation is not None
            else _("no organisation"),
            "side": faces.party(seat.alignment) if seat.alignment else None,
            "has_voted": seat.has_voted,  # type: ignore[attr-defined]
            "recused_at": seat.recused_at,
            "recusal_reason": seat.recusal_reason,
            "vacated": vacated.get(seat.number, "") if seat.recused_at is None else "",
            "declared_at": seat.declared_at,
            "override": OverrideForm(auto_id=f"override-{seat.number}-%s")
            if balloting and seat.recused_at is None and not seat.has_voted  # type: ignore[attr-defined]
            else None,
        }
        for seat in seats_of(file.case)
    ]
