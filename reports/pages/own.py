"""Pages: one's own reports, one report with its receipt, and its withdrawal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reports.evidence.queries import TAKES_FILES
from reports.intake.actions import withdraw_report
from reports.intake.queries import Report, own_report, own_reports, place_ids, where_words
from reports.intake.receipts import signed_receipt
from reports.pages.answers import asker, signed_in
from reports.pages.evidence import own_files
from reports.pages.forms import OwnListForm
from reports.pages.questions import question_rows
from reports.pages.reading import SHOWN_PRECISION, filed_report
from reports.people.permissions import may, require
from reports.people.queries import User
from reports.places.queries import place_choices
from reports.questions.queries import waiting_on

PAGE_SIZE = 20


@require_safe
@signed_in
def own_list_page(request: HttpRequest) -> HttpResponse:
    """Show one's own reports, latest first, by state if one wishes."""
    at = timezone.now()
    require(request.user, "report.file", at=at)
    form = OwnListForm(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    found = own_reports(asker(request))
    if state:
        found = found.filter(state=state)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = _rows(asker(request), page.object_list)
    context = {"page": page, "rows": rows, "state": state, "filter": form, "as_of": at}
    return render(request, "reports/reports_own.html", context)


@require_safe
@never_cache
@signed_in
def own_kept(request: HttpRequest) -> HttpResponse:
    """Return one's latest reports as a piece of a page, for a script to seal and show later."""
    at = timezone.now()
    require(request.user, "report.file", at=at)
    context = {"rows": _rows(asker(request), own_reports(asker(request))[:PAGE_SIZE]), "as_of": at}
    return render(request, "reports/_own_kept.html", context)


def _rows(user: User, reports: Iterable[Report]) -> list[dict[str, Any]]:
    listed = list(reports)
    asked = waiting_on(user, [report.pk for report in listed])
    places = place_choices(place_ids(listed))
    return [
        {
            "receipt": report.receipt,
            "act": report.act.name,
            "state": report.state,
            "reason": report.state_reason,
            "questions": asked.get(report.pk, []),
            "where": where_words(report, places),
            "from": report.observed_from,
            "until": report.observed_until,
            "precision": SHOWN_PRECISION.get(report.time_precision, report.time_precision),
            "zone": report.agreement.timezone,
        }
        for report in listed
    ]


@require_safe
@signed_in
def report_page(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show one's own report: the receipt, what happens next, and what was filed."""
    report = own_report(asker(request), receipt)
    verdict = may(request.user, "report.file", at=timezone.now(), agreement_id=report.agreement_id)
    context = {
        "report": filed_report(report),
        "crumbs": [(reverse("reports-own"), _("My reports"))],
        "may_change": bool(verdict),
        "files": own_files(report),
        "questions": question_rows(report),
        "zone": report.agreement.timezone,
        "may_add_files": bool(verdict) and report.state in TAKES_FILES,
        "agreement_title": report.agreement.title,
        "signed_receipt": signed_receipt(report),
    }
    return render(request, "reports/report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withdraw_page(request: HttpRequest, receipt: str) -> HttpResponse:
    """Ask whether to withdraw a report, and withdraw it."""
    at = timezone.now()
    report = own_report(asker(request), receipt)
    if request.method == "POST":
        withdraw_report(report=report, by=asker(request), at=at)
        messages.success(request, _("The report is withdrawn. It stays on record as withdrawn."))
        return redirect("report", report.receipt)
    require(request.user, "report.file", at=at, agreement_id=report.agreement_id)
    crumbs = [
        (reverse("reports-own"), _("My reports")),
        (reverse("report", args=[report.receipt]), report.receipt),
    ]
    context = {"report": filed_report(report), "crumbs": crumbs}
    return render(request, "reports/report_withdraw.html", context)
