"""Pages: begin a watch, end it, say that one is out of service or refused; one's own list."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reports.agreement.queries import Agreement, parties_of
from reports.coverage.actions import end_watch, record_denial, record_outage, start_watch
from reports.coverage.queries import own_watch, watches_of
from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.pages.filing_form import candidates
from reports.pages.forms import MEANS, WatchForm
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
        names = ("what", "place_typed", "means", "denied_by")
        typed = {name: request.POST.get(name, "") for name in names}
        blank = {"what": typed["what"] or "active", "means": typed["means"] or "saw"}
        form = _form(agreement, initial={**typed, **blank})
        return render(request, PAGE, _context(request, agreement, form, at))
    form = _form(agreement, data=request.POST)
    if not form.is_valid():
        return sent_back(request, PAGE, _context(request, agreement, form, at))
    try:
        words = _recorded(request, agreement, form.cleaned_data, at)
    except Invalid as problem:
        add_errors(form, problem)
        return sent_back(request, PAGE, _context(request, agreement, form, at))
    messages.success(request, words)
    return redirect("watches")


def _recorded(
    request: HttpRequest, agreement: Agreement, typed: dict[str, Any], at: datetime
) -> str:
    """Record what was sent; return what to say of it. A named denier alone means a denial."""
    given: dict[str, Any] = {
        "agreement": agreement,
        "place": place_by_id(typed["place"]),
        "means": typed["means"],
        "by": asker(request),
        "at": at,
    }
    what = typed["what"] or ("denied" if typed["denied_by"] else "active")
    if what == "denied":
        parties = {party.code: party for party in parties_of(agreement.pk)}
        record_denial(**given, denied_by=parties.get(typed["denied_by"]))
        return _("The refusal is recorded. You can file it as a report below.")
    if what == "down":
        record_outage(**given)
        return _("The outage is recorded. Say here when it works again.")
    start_watch(**given)
    return _("Your watch has begun.")


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
    means = dict(MEANS)
    rows = [
        {
            "id": watch.pk,
            "place": places[watch.place_id].label,
            "spellings": places[watch.place_id].official,
            "from": watch.watched_from,
            "until": watch.watched_until,
            "state": watch.state,
            "state_words": watch.get_state_display(),
            "open": watch.watched_until is None,
            "zone": watch.agreement.timezone,
            "means_words": means[watch.means],
            "denied_by": watch.denied_by.name if watch.denied_by else "",
            "report_url": f"{reverse('report-new')}?watch={watch.pk}",
        }
        for watch in page.object_list
    ]
    return {
        "form": form,
        "page": page,
        "open_rows": [row for row in rows if row["open"]],
        "rows": [row for row in rows if not row["open"]],
        "any_rows": bool(rows),
        "agreement_slug": agreement.slug,
        "agreement_title": agreement.title,
        "as_of": at,
        "names_url": names_address(),
        "nothing_found": bool(form["place_typed"].value()) and not form.has_candidates(),
    }
