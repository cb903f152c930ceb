"""Page: invites to report without an account, made by triage or chair and shown once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reports.open_door.actions import make_invites
from reports.open_door.queries import invites_left, require_open
from reports.pages.answers import add_errors, asker, sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.pages.forms_open_door import InvitesForm
from reports.problems import Invalid

PAGE = "reports/invites.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def invites_page(request: HttpRequest) -> HttpResponse:
    """Show how many are unused, and make more."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    left = invites_left(agreement, user, at=at)
    require_open(agreement, at=at)
    context = {"left": left, "agreement_title": agreement.title, "agreement_slug": agreement.slug}
    form = InvitesForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, PAGE, context | {"form": form})
    if form.is_valid():
        try:
            codes = make_invites(agreement=agreement, **form.cleaned_data, by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            made = {"codes": codes, "left": left + len(codes), "form": InvitesForm()}
            return render(request, PAGE, context | made)
    return sent_back(request, PAGE, context | {"form": form})
