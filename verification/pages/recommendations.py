"""The register of recommendations: the public list, each one, and the pages to work on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reports.agreement.queries import agreement_by_slug, parties_of, time_limits
from reports.pages.answers import add_errors, answers_problems, asker, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, NotFound
from verification.adjudication.queries import incident_for_chair
from verification.incidents.queries import Incident
from verification.pages.asker import check_fresh
from verification.pages.cards import incident_card
from verification.pages.forms_recommendations import (
    REPORTS,
    WITHDRAWS,
    ChairForm,
    IssueForm,
    PartyForm,
)
from verification.publication.register import recommendation_by_code, recommendations_of
from verification.recommendations.actions import (
    answer_recommendation,
    assess_recommendation,
    issue_recommendation,
    report_compliance,
    withdraw_recommendation,
)
from verification.recommendations.queries import (
    OVERDUE,
    PublicRecommendation,
    Recommendation,
    may_answer,
    on_incident,
    recommendation_for,
)
from verification.recommendations.queries import recommendation_by_code as worked_on
from verification.recommendations.states import MOVES, RecommendationState

PAGE = 25


@require_safe
@answers_problems
def recommendations(request: HttpRequest) -> HttpResponse:
    """Show an agreement's recommendations, overdue ones first, narrowed by party and state."""
    at = timezone.now()
    agreement = current_agreement(request)
    parties = {party.code: party for party in parties_of(agreement.pk)}
    party, state = request.GET.get("party", ""), request.GET.get("state", "")
    everything = recommendations_of(agreement, at=at)
    shown = [
        one
        for one in everything
        if (party not in parties or one.party == party) and _is_in(one, state)
    ]
    context = {
        "as_of": at,
        "now": at,
        "agreement": agreement,
        "agreement_title": agreement.title,
        "zone": agreement.timezone,
        "parties": parties.values(),
        "party": party,
        "state": state,
        "states": [(OVERDUE, _("Overdue")), *RecommendationState.choices],
        "n_all": len(everything),
        "page_obj": Paginator(shown, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "verification/recommendations.html", context)


def _is_in(one: PublicRecommendation, state: str) -> bool:
    if state == OVERDUE:
        return one.overdue
    return state not in RecommendationState.values or one.state == state


@require_safe
@answers_problems
def recommendation(request: HttpRequest, code: str) -> HttpResponse:
    """Show one recommendation with all that the party and the mechanism said on it."""
    at = timezone.now()
    try:  # whoever works on it does not wait until it is signed
        seen = worked_on(recommendation_for(asker(request), code, at=at).code, at=at)
        work_url = reverse("recommendation-work", args=[seen.code])
    except NotFound:
        seen, work_url = recommendation_by_code(code, at=at), ""
    if seen.code != code:
        return redirect("recommendation", code=seen.code)
    agreement = agreement_by_slug(seen.agreement)
    context = {**_shown(seen), "work_url": work_url, "now": at, "as_of": at}
    context |= {"agreement_title": agreement.title, "zone": agreement.timezone}
    return render(request, "verification/recommendation.html", context)


def _shown(seen: PublicRecommendation) -> dict[str, Any]:
    return {
        "one": seen,
        "party": {"name": seen.party_name, "code": seen.party, "colour": seen.colour},
        "notes": [
            {"note": note, "words": str(RecommendationState(note.to_state).label)}
            for note in seen.notes
        ],
        "crumbs": [
            (f"{reverse('recommendations')}?agreement={seen.agreement}", _("Recommendations"))
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def work(request: HttpRequest, code: str) -> HttpResponse:
    """Let the addressee answer, or the chair assess; others find nothing here."""
    at, user = timezone.now(), asker(request)
    row = recommendation_for(user, code, at=at)
    posted = request.POST if request.method == "POST" else None
    form = _form(user, row, at, posted)
    if posted is not None and form is not None:
        check_fresh(row, posted.get("version"))
        if form.is_valid():
            try:
                _move(form, row, user, at)
            except Invalid as problem:
                add_errors(form, problem, {"evidence": "item_1"})
            else:
                messages.success(request, _("It is on record and public."))
                return redirect("recommendation", code=row.code)
        return sent_back(request, "verification/recommendation_work.html", _work(row, form, at))
    return render(request, "verification/recommendation_work.html", _work(row, form, at))


def _form(user: Any, row: Recommendation, at: datetime, posted: Any) -> Any:
    """Return the form for what this person may still say; None if nothing is left to say."""
    named: dict[str, Any] = {"moves": MOVES[row.state], "initial": {"version": row.version}}
    if may_answer(user, row, at=at):
        form: Any = PartyForm(posted, **named)
        return form if form.fields["answer"].choices else None
    reported = row.state in (RecommendationState.REPORTED, RecommendationState.COMPLIED)
    form = ChairForm(posted, may_find=reported or at >= row.due_at, **named)
    return form if form.fields["verdict"].choices else None


def _move(form: Any, row: Recommendation, user: Any, at: datetime) -> None:
    typed: dict[str, Any] = {"recommendation": row, "by": user, "at": at}
    typed["text"] = form.cleaned_data["text"]
    if isinstance(form, PartyForm):
        if form.cleaned_data["answer"] == REPORTS:
            report_compliance(**typed, evidence=form.evidence())
        else:
            answer_recommendation(**typed, answer=form.cleaned_data["answer"])
    elif form.cleaned_data["verdict"] == WITHDRAWS:
        withdraw_recommendation(**typed)
    else:
        verdict = form.cleaned_data["verdict"]
        assess_recommendation(**typed, verdict=verdict, evidence=form.evidence())


def _work(row: Recommendation, form: Any, at: datetime) -> dict[str, Any]:
    agreement = row.incident.agreement
    seen = worked_on(row.code, at=at)
    for_party = isinstance(form, PartyForm)
    return {
        **_shown(seen),
        "form": form,
        "for_party": for_party,
        "choice": form["answer" if for_party else "verdict"] if form is not None else None,
        "effects": [
            _("publish these words on the page of the recommendation"),
            _("put the party’s answer on record under its name")
            if for_party
            else _("put the mechanism’s finding on record"),
        ],
        "now": at,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
        "cancel_url": reverse("recommendation", args=[row.code]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def recommend(request: HttpRequest, code: str) -> HttpResponse:
    """Let the chair recommend something to a party after a decision."""
    at, user = timezone.now(), asker(request)
    incident = incident_for_chair(user, code, at=at)
    parties = {party.code: party for party in parties_of(incident.agreement_id)}
    choices = [(code, party.name) for code, party in parties.items()]
    if request.method != "POST":
        due = at + time_limits(incident.agreement_id, at=at).recommendation
        form = IssueForm(parties=choices, initial={"due_on": due.date().isoformat()})
        return render(request, "verification/recommend.html", _issue(incident, form, at))
    form = IssueForm(request.POST, parties=choices)
    if form.is_valid():
        party = parties.get(form.cleaned_data["party"])
        try:
            if party is None:
                raise Invalid(errors={"party": [_("Choose a party.")]})
            made = issue_recommendation(
                incident=incident,
                party=party,
                text=form.cleaned_data["text"],
                due_at=form.due_at(incident.agreement.timezone),
                by=user,
                at=at,
            )
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("The recommendation is issued and public."))
            return redirect("recommendation", code=made.code)
    return sent_back(request, "verification/recommend.html", _issue(incident, form, at))


def _issue(incident: Incident, form: IssueForm, at: datetime) -> dict[str, Any]:
    return {
        "incident": incident_card(incident),
        "form": form,
        "may_issue": incident.state == "decided",
        "earlier": [
            {"code": one.code, "party": one.party.name, "state": one.state}
            for one in on_incident(incident)
        ],
        "effects": [
            _("publish it on the register of recommendations"),
            _("put it before the party, with the day you choose as its deadline"),
        ],
        "zone": incident.agreement.timezone,
        "agreement_title": incident.agreement.title,
        "crumbs": [(reverse("chair"), _("Cases"))],
        "cancel_url": reverse("incident", args=[incident.code]),
    }
