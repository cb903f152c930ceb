"""First opening of a case: what it concerns, and whether anything ties the reviewer to it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reports.pages.answers import add_errors, sent_back, signed_in
from reports.problems import Invalid, MoveRefused
from verification.adjudication.actions.panels import declare_interest, recuse_reviewer
from verification.adjudication.eligible import concerned_parties
from verification.adjudication.queries import CaseFile, awaits_declaration, case_for_reviewer
from verification.pages.asker import asker
from verification.pages.cards import faces_of, incident_card
from verification.pages.forms_review import RecuseForm


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review_interest(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Ask for a declaration of interest; the file opens with it, or somebody else is seated."""
    at, user = timezone.now(), asker(request)
    file = case_for_reviewer(user, case_id)
    if not awaits_declaration(file):
        return redirect("review-case", file.case.pk)
    form = RecuseForm(request.POST or None)
    do = request.POST.get("do", "")
    if do == "none":
        declare_interest(case=file.case, by=user, at=at)
        messages.success(request, _("Declared: nothing ties you to this case."))
        return redirect("review-case", file.case.pk)
    if do == "conflict" and form.is_valid():
        try:
            recuse_reviewer(case=file.case, reason=form.cleaned_data["reason"], by=user, at=at)
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(
                request,
                _("You gave up your seat on %(code)s; the rules seated somebody else.")
                % {"code": file.incident.code},
            )
            return redirect("review")
    context = _context(file, form, at)
    if request.method != "POST":
        return render(request, "verification/review_interest.html", context)
    if do != "conflict":
        raise MoveRefused(_("The page sent nothing that can be done here. Load it again."))
    return sent_back(request, "verification/review_interest.html", context)


def _context(file: CaseFile, form: RecuseForm, at: datetime) -> dict[str, Any]:
    incident = file.incident
    faces = faces_of(incident.agreement_id, [], at=at)
    speakers = {r.source.name for r in file.reports if r.source.user_id is None}
    return {
        "incident": incident_card(incident),
        "parties": [faces.party(code) for code in sorted(concerned_parties(incident, at=at))],
        "speakers": sorted(speakers),
        "form": form,
        "due_at": file.case.ballots_due_at,
        "now": at,
        "zone": incident.agreement.timezone,
        "agreement_title": incident.agreement.title,
        "crumbs": [(reverse("review"), _("My reviews"))],
    }
