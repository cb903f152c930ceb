"""Pages: file a report, and correct one by filing a new one."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from reports.agreement.queries import Agreement, act_kinds, agreements, parties_of
from reports.intake.actions import AnotherReportHasThisId, Filing, file_report
from reports.intake.drafts import ReportDraft
from reports.intake.queries import Report, own_report, report_by_client_uuid
from reports.intake.rules import problems_in
from reports.pages.answers import (
    View,
    add_errors,
    answers_problems,
    asker,
    sent_back,
    sign_in_first,
    signed_in,
    taken_in,
    wants_data,
)
from reports.pages.choosing import current_agreement
from reports.pages.drafting import BLANK, FIELDS, answers_of, draft_of
from reports.pages.evidence import filed_with
from reports.pages.filing_form import filing_form
from reports.pages.first_checks import first_checks
from reports.pages.forms import ReportForm
from reports.pages.forms_evidence import FilesWithReport
from reports.pages.offers import readable_uuid
from reports.pages.offline import blank
from reports.pages.places import names_address
from reports.pages.prefilled import answers_of_watch
from reports.people.permissions import require
from reports.people.queries import named_sources
from reports.problems import Invalid

PAGE = "reports/report_new.html"
SENSITIVITY = f"{FilesWithReport.prefix}-sensitivity"


def keeps_what_was_typed(view: View) -> View:
    """Wrap a filing page so that a sign-in that ended meanwhile costs no report."""

    @wraps(view)
    def keeping(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            if wants_data(request):
                return sign_in_first(request)
            return answers_problems(kept_page)(request)
        return signed_in(view)(request, *args, **kwargs)

    return keeping


@gzip_page  # its length tells nothing: Django pads it, and the form's token is masked anew
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
def file_page(request: HttpRequest) -> HttpResponse:
    """Show the filing form, look up a place, or file."""
    return _serve(request, current_agreement(request), None)


@require_safe
@blank
def blank_form(request: HttpRequest) -> HttpResponse:
    """Show the filing form as a phone keeps it: for no person, without a token or an id."""
    agreement = current_agreement(request)
    require(request.user, "report.file", at=timezone.now(), agreement_id=agreement.pk)
    initial = {**BLANK, "language": get_language() or "en"}
    form = _form(agreement, initial=initial)
    return render(request, PAGE, _context(form, agreement, None) | {"shell": "report-new"})


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_typed
def correct_page(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show a report's answers to be corrected; what is sent is a new report in its place."""
    earlier = own_report(asker(request), receipt)
    return _serve(request, earlier.agreement, earlier)


def _serve(request: HttpRequest, agreement: Agreement, earlier: Report | None) -> HttpResponse:
    at = timezone.now()
    require(request.user, "report.file", at=at, agreement_id=agreement.pk)
    if request.method != "POST":
        known = {} if earlier else answers_of_watch(request, agreement)
        form = _form(agreement, initial=_first_answers(earlier) | known)
        return render(request, PAGE, _context(form, agreement, earlier))
    if "find" in request.POST:
        form = _form(agreement, _with_own_key(request.POST), judged=False)
        context = _context(form, agreement, earlier) | {"looked_up": True}
        return render(request, PAGE, context)
    return _file(request, agreement, earlier)


def _file(request: HttpRequest, agreement: Agreement, earlier: Report | None) -> HttpResponse:
    at = timezone.now()
    form = _form(agreement, _with_own_key(request.POST))
    form.is_valid()
    supersedes = earlier.receipt if earlier else ""
    draft = draft_of(form, agreement=agreement, supersedes=supersedes, at=at)
    if form.errors:
        _add_what_rules_say(form, draft, at)
        return sent_back(request, PAGE, _context(form, agreement, earlier))
    try:
        filing = file_report(draft=draft, by=asker(request), at=at)
    except Invalid as problem:
        add_errors(form, problem, FIELDS)
        return sent_back(request, PAGE, _context(form, agreement, earlier))
    except AnotherReportHasThisId:
        return _offer_a_new_key(request, agreement, earlier)
    return _to_receipt(request, filing, at)


def _to_receipt(request: HttpRequest, filing: Filing, at: datetime) -> HttpResponse:
    receipt = filing.report.receipt
    to = reverse("report", args=[receipt])
    if wants_data(request):  # files follow by themselves
        files_url = reverse("report-evidence", args=[receipt])
        return taken_in(request, to, receipt=receipt, files=files_url)
    if filing.created:
        messages.success(request, _("Your report is filed. Keep the receipt code."))
    else:
        messages.info(request, _("This report was filed already. Nothing was doubled."))
    brought = FilesWithReport(request.POST, request.FILES)
    files = brought.cleaned_data.get("upload", []) if brought.is_valid() else []
    if files:
        filed_with(request, filing.report, files, brought.cleaned_data["sensitivity"], at)
    for texts in brought.errors.values():  # too many at once, say: the report stands
        messages.error(request, " ".join(str(text) for text in texts))
    return taken_in(request, to)


def _offer_a_new_key(
    request: HttpRequest, agreement: Agreement, earlier: Report | None
) -> HttpResponse:
    """Return the form with all that was typed, under a new key, and a word on what happened."""
    taken = readable_uuid(request.POST.get("client_uuid"))
    found = report_by_client_uuid(taken) if taken else None
    own = found.receipt if found and found.filed_by_id == request.user.pk else ""
    if wants_data(request):
        url = reverse("report", args=[own]) if own else ""
        return JsonResponse({"code": "conflict", "url": url}, status=AnotherReportHasThisId.status)
    data = request.POST.copy()
    data["client_uuid"] = str(uuid.uuid4())
    context = _context(_form(agreement, data, judged=False), agreement, earlier)
    context |= {"conflict": True, "conflict_receipt": own}
    return render(request, PAGE, context, status=AnotherReportHasThisId.status)


def kept_page(request: HttpRequest) -> HttpResponse:
    """Return the form with all that was typed and the way to send it; nothing was filed.

    For those whose sign-in or whose form ended before they sent it.
    """
    agreement = current_agreement(request)
    form = _form(agreement, _with_own_key(request.POST), judged=False)
    context = _context(form, agreement, None) | {
        "came_too_late": True,
        "signed_out": not request.user.is_authenticated,
    }
    return render(request, PAGE, context, status=403)


def _add_what_rules_say(form: ReportForm, draft: ReportDraft, at: Any) -> None:
    """Add what the rules find in the answers that could be read: all errors come at once."""
    parties = [party.code for party in parties_of(draft.agreement.pk)]
    found = problems_in(draft, parties=parties, at=at)
    fresh = {
        name: texts for name, texts in found.items() if FIELDS.get(name, name) not in form.errors
    }
    if fresh:
        add_errors(form, Invalid(errors=fresh), FIELDS)


def _first_answers(earlier: Report | None) -> dict[str, Any]:
    answers = answers_of(earlier) if earlier else {**BLANK, "language": get_language() or "en"}
    return answers | {"client_uuid": uuid.uuid4()}


def _with_own_key(data: QueryDict) -> QueryDict:
    """Return the sent answers; a form that lost its key gets one, so that it can be sent."""
    if readable_uuid(data.get("client_uuid")):
        return data
    data = data.copy()
    data["client_uuid"] = str(uuid.uuid4())
    return data


def _form(
    agreement: Agreement,
    data: QueryDict | None = None,
    *,
    initial: dict[str, Any] | None = None,
    judged: bool = True,
) -> ReportForm:
    return filing_form(agreement, named_sources(), data, initial=initial, judged=judged)


def _context(form: ReportForm, agreement: Agreement, earlier: Report | None) -> dict[str, Any]:
    return {
        "form": form,
        "checks": first_checks(form),
        "agreement_title": agreement.title,
        "agreement_slug": agreement.slug,
        "zone": agreement.timezone,
        "other_agreements": [
            {"slug": other.slug, "title": other.title}
            for other in agreements()
            if other.slug != agreement.slug and earlier is None
        ],
        "acts": [(act.name, act.meaning) for act in act_kinds()],
        "earlier": earlier.receipt if earlier else "",
        "cancel_url": reverse("report", args=[earlier.receipt]) if earlier else reverse("desk"),
        "files_form": FilesWithReport(
            initial={"sensitivity": form.data.get(SENSITIVITY, "ordinary")}
        ),
        "files_lost": form.is_bound,
        "names_url": names_address(),
        "nothing_found": bool(form["place_typed"].value()) and not form.has_candidates(),
        "no_other_found": bool(form["other_typed"].value())
        and not form.has_candidates("other_place"),
    }
