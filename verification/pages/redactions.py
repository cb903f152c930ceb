"""Pages of redacted copies: boxes are drawn over the working copy; the server burns them in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.bytes_out import PRIVATE
from reports.problems import Invalid, NotFound
from reports.redactions.actions import redact_item
from reports.redactions.queries import Redaction, copy_size, redacted_bytes, redactions_of
from verification.adjudication.actions.exhibits import view_item
from verification.adjudication.exhibits import Exhibit, exhibit_for, redaction_for
from verification.pages.asker import asker
from verification.pages.forms_redaction import SPARE, BoxRows, RedactForm

PAGE = "verification/evidence_redact.html"
NAMES = ("left", "top", "width", "height")


@require_safe
@signed_in
def evidence_redacted(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Send a redacted copy; looking at it is an act."""
    at, user = timezone.now(), asker(request)
    content = redacted_bytes(redaction_for(user, code, number, at=at)[1])
    if content is None:
        raise NotFound()
    view_item(code=code, redaction=number, by=user, at=at)
    return HttpResponse(content, content_type="image/jpeg", headers=PRIVATE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def evidence_redact(request: HttpRequest, code: str) -> HttpResponse:
    """Show the working copy with its boxes, and make a redacted copy of it."""
    at, user = timezone.now(), asker(request)
    found = exhibit_for(user, code, at=at)
    if not found.may_redact or copy_size(found.item) is None:
        raise NotFound()
    made = redactions_of(found.item)
    if request.method != "POST":
        form = RedactForm(initial={"after": made[0].number if made else 0})
        boxes = [dict(zip(NAMES, box, strict=True)) for box in made[0].boxes] if made else []
        return render(request, PAGE, _context(found, made, form, BoxRows(initial=boxes)))
    form, rows = RedactForm(request.POST), BoxRows(request.POST)
    if request.POST.get("do") == "rows":
        more = RedactForm(initial={name: request.POST.get(name, "") for name in form.fields})
        return render(request, PAGE, _context(found, made, more, _with_more_rows(rows)))
    if form.is_valid() and rows.is_valid():
        try:
            redact_item(
                item=found.item,
                boxes=[box for row in rows if (box := row.box()) is not None],
                why=form.cleaned_data["why"],
                shown_to=form.cleaned_data["shown_to"],
                after=form.cleaned_data["after"],
                by=user,
                at=at,
            )
        except Invalid as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("The redacted copy is made. The original is untouched."))
            return redirect("evidence", code)
    elif form.is_valid():
        form.add_error(None, _("A box is given in whole pixels."))
    return sent_back(request, PAGE, _context(found, made, form, rows))


def _with_more_rows(rows: Any) -> Any:
    typed = [
        {name: row[name].value() for name in NAMES}
        for row in rows
        if any(row[name].value() not in (None, "") for name in NAMES)
    ]
    more = BoxRows(initial=typed)
    more.extra = 2 * SPARE
    return more


def _context(
    found: Exhibit, made: Sequence[Redaction], form: RedactForm, rows: Any
) -> dict[str, Any]:
    width, height = copy_size(found.item) or (0, 0)
    return {
        "code": found.item.code,
        "sensitivity": found.item.sensitivity,
        "warning": str(found.item.get_sensitivity_display()),
        "width": width,
        "height": height,
        "form": form,
        "rows": rows,
        "made": redaction_rows(made),
        "zone": found.item.report.agreement.timezone,
        "crumbs": [(reverse("evidence", args=[found.item.code]), found.item.code)],
    }


def redaction_rows(made: Sequence[Redaction]) -> list[dict[str, Any]]:
    """Return redacted copies as a page shows them, the standing one first."""
    return [
        {
            "number": one.number,
            "stands": one is made[0],
            "at": one.made_at,
            "why": one.why,
            "boxes": len(one.boxes),
            "shown_to": str(one.get_shown_to_display()),
            "for_parties": one.shown_to == "parties",
            "sha256": one.sha256,
        }
        for one in made
    ]
