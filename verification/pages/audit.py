"""The chair's page of the audit lottery: hold it, see what it draws, check it by its seed."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reports.pages.answers import sent_back, signed_in
from reports.pages.choosing import current_agreement
from reports.people.permissions import require
from verification.pages.asker import asker
from verification.standing.actions import draw_audit
from verification.standing.queries import lottery_of, tickets_of

PER_PAGE = 100


class DrawForm(forms.Form):
    """How large a share is drawn."""

    share = forms.FloatField(min_value=0.01, max_value=1.0)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def chair_audit(request: HttpRequest) -> HttpResponse:
    """Show the audit lottery, or hold it."""
    at, user = timezone.now(), asker(request)
    agreement = current_agreement(request)
    require(user, "audit.draw", at=at, agreement_id=agreement.pk)
    form = DrawForm(request.POST if request.method == "POST" else None)
    tickets = Paginator(tickets_of(agreement.pk), PER_PAGE)
    page = tickets.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "lottery": lottery_of(agreement.pk, at=at, inside=True),
        "tickets": page.object_list,
        "page": page,
        "crumbs": [(reverse("chair"), _("Cases"))],
        "agreement_title": agreement.title,
    }
    if request.method != "POST":
        return render(request, "verification/chair_audit.html", context)
    if not form.is_valid():
        return sent_back(request, "verification/chair_audit.html", context)
    draw_audit(agreement=agreement, share=form.cleaned_data["share"], by=user, at=at)
    messages.success(request, _("The lottery is held. Drawn incidents are marked on the list."))
    return redirect("chair-audit")
