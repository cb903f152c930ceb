"""Pages: begin a watch, end it, and one's own list."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reports.agreement.queries import Agreement, parties_of
from reports.coverage.actions import end_watch, start_watch
from reports.coverage.queries import own_watch, watches_of
from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.pages.filing import candidates
from reports.pages.forms import WatchForm
from reports.pages.places import names_address
from reports.people.permissions import require
from reports.places.queries import place_by_id, place_choices
from reports.problems import Invalid

PAGE = "reports/watches.html"
PAGE_SIZE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def watches_page(request: HttpRequest) -> HttpResponse:
    """Show one's own watches, and begin one."""
    at = timezone.now()
    agreement = current_agreement(request)
    require(request.user, "watch.record", at=at, agreement_id=agreement.pk)
    if request.method != "POST" or "find" in request.POST:
        typed = {name: request.POST.get(name, "") for name in ("place_typed", "means", "denied_by")}
        form = _form(agreement, initial={**typed, "means": typed["means"] or "saw"})
        return render(request, PAGE, _context(request, agreement, form, at))
    form = _form(agreement, data=request.POST)
    if not form.is_valid():
        return sent_back(request, PAGE, _context(request, agreement, form, at))
    denied = form.cleaned_data["denied_by"]
    parties = {party.code: party for party in parties_of(agreement.pk)}
    try:
        start_watch(
            agreement=agreement,
            place=place_by_id(form.cleaned_data["place"]),
            means=form.cleaned_data["means"],
            state="denied" if denied else "active",
            denied_by=parties.get(denied),
            by=asker(request),
            at=at,
        )
    except Invalid as problem:
        add_errors(form, problem)
        return sent_back(request, PAGE, _context(request, agreement, form, at))
    words = _("The refusal is recorded.") if denied else _("Your watch has begun.")
    messages.success(request, words)
    return redirect("watches")


@require_POST
@signed_in
def watch_end(request: HttpRequest, watch_id: uuid.UUID) -> HttpResponse:
    """End one's own watch now."""
    end_watch(watch=own_watch(asker(request), watch_id), by=asker(request), at=timezone.now())
    messages.success(request, _("The watch has ended."))
    return redirect("watches")


def _form(agreement: Agreement, *, initial: Any = None, data: QueryDict | None = None) -> WatchForm:
    answers: Any = data if data is not None else initial or {}
    return WatchForm(
        data,
        initial=initial,
        places=candidates(answers.get("place_typed") or "", answers.get("place") or ""),
        parties=parties_of(agreement.pk),
    )


def _context(
    request: HttpRequest, agreement: Agreement, form: WatchForm, at: Any
) -> dict[str, Any]:
    page = Paginator(watches_of(asker(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    places = place_choices(watch.place_id for watch in page.object_list)
    rows = [
        {
            "id": watch.pk,
            "place": places[watch.place_id].label,
            "from": watch.watched_from,
            "until": watch.watched_until,
            "state": watch.state,
            "state_words": watch.get_state_display(),
            "open": watch.watched_until is None,
            "zone": watch.agreement.timezone,
        }
        for watch in page.object_list
    ]
    return {
        "form": form,
        "page": page,
        "rows": rows,
        "agreement_slug": agreement.slug,
        "agreement_title": agreement.title,
        "as_of": at,
        "names_url": names_address(),
        "nothing_found": bool(form["place_typed"].value()) and not form.has_candidates(),
    }
