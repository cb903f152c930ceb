"""More time for an accused party: the chair extends a deadline once, with a published reason."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
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
from reports.problems import Invalid
from verification.corroboration.actions import extend_deadline
from verification.corroboration.queries import PartyPosition, position_for_chair
from verification.corroboration.rules import longest_extension, may_extend
from verification.corroboration.states import PositionState
from verification.incidents.queries import root_of
from verification.pages.asker import asker, check_fresh
from verification.pages.cards import Faces, faces_of, incident_card, position_rows
from verification.pages.forms_notices import ExtensionForm


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def chair_notice(request: HttpRequest, position_id: uuid.UUID) -> HttpResponse:
    """Show a notice with its clock to the chair, and take an extension of it."""
    at, user = timezone.now(), asker(request)
    position = position_for_chair(user, position_id, at=at)
    if request.method != "POST":
        form = ExtensionForm(initial={"version": position.version})
        return render(request, "verification/chair_notice.html", _context(position, form, at))
    form = ExtensionForm(request.POST)
    check_fresh(position, request.POST.get("version"))
    if form.is_valid():
        try:
            extend_deadline(
                position=position,
                until=form.until(position.due_at),
                reason=form.cleaned_data["reason"],
                by=user,
                at=at,
            )
        except Invalid as problem:
            add_errors(form, problem, {"until": "hours"})
        else:
            messages.success(request, _("The party has more time. Its notice shows the reason."))
            return redirect("chair-notice", position.pk)
    return sent_back(request, "verification/chair_notice.html", _context(position, form, at))


def positions_with_links(positions: Sequence[PartyPosition], faces: Faces) -> list[dict[str, Any]]:
    """Return positions as rows for a chair: awaited ones with the way to give more time."""
    rows = position_rows(positions, faces=faces)
    for row, position in zip(rows, positions, strict=True):
        if position.state == PositionState.AWAITED and position.first_due_at is None:
            row["extend_url"] = reverse("chair-notice", args=[position.pk])
    return rows


def _context(position: PartyPosition, form: ExtensionForm, at: datetime) -> dict[str, Any]:
    incident = root_of(position.incident)
    agreement = incident.agreement
    faces = faces_of(agreement.pk, [], at=at)
    times = {"notified_at": position.notified_at, "due_at": position.due_at}
    latest = longest_extension(**times)
    verdict = may_extend(
        awaited=position.state == PositionState.AWAITED,
        extended=position.first_due_at is not None,
        at=at,
        **times,
    )
    return {
        "incident": incident_card(incident),
        "position": position_rows([position], faces=faces)[0],
        "may_extend": verdict,
        "latest": latest,
        "most_hours": int((latest - position.due_at).total_seconds() // 3600),
        "form": form,
        "effects": [
            _("move the party’s deadline, once: it cannot be moved again"),
            _("publish the extension and your reason beside the party’s answer"),
            _("hold back the panel’s decision until the new deadline or the answer"),
        ],
        "now": at,
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
        "crumbs": [(reverse("chair"), _("Cases"))],
    }
