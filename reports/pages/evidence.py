"""Pages: add files to one's own report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from reports.evidence.actions import add_item
from reports.evidence.choices import Sensitivity
from reports.evidence.drafts import ItemDraft
from reports.evidence.queries import TAKES_FILES, Item, items_of, reading_of
from reports.evidence.refusals import why_refused
from reports.evidence.rules import MEGA, MOST_BYTES, MOST_ITEMS
from reports.evidence.uploads import is_too_large
from reports.intake.queries import Report, own_report
from reports.pages.answers import asker, sent_back, signed_in, taken_in, wants_data
from reports.pages.forms_evidence import EvidenceForm
from reports.people.permissions import require
from reports.people.queries import User
from reports.problems import Invalid

PAGE = "reports/evidence.html"
NOON = time(12)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def evidence_add(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show the files of one's own report and the limits, and take further files in."""
    at = timezone.now()
    report = own_report(asker(request), receipt)
    require(request.user, "report.file", at=at, agreement_id=report.agreement_id)
    if request.method != "POST":
        return render(request, PAGE, _context(report, EvidenceForm()))
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return sent_back(request, PAGE, _context(report, form))
    files = form.cleaned_data["upload"]
    draft = _draft(form.cleaned_data, ZoneInfo(report.agreement.timezone))
    added, faults = take_files(files, report=report, draft=draft, by=asker(request), at=at)
    if added and not wants_data(request):
        messages.success(request, added_words(added))
    if faults:
        for field, text in faults:
            form.add_error(field if field in form.fields else "upload", text)
        return sent_back(request, PAGE, _context(report, form))
    return taken_in(request, reverse("report-evidence", args=[report.receipt]))


def take_files(
    files: Sequence[Any], *, report: Report, draft: ItemDraft, by: User, at: datetime
) -> tuple[int, list[tuple[str, str]]]:
    """Take each file in by itself; return how many the report has now, and what was refused.

    A file is named by its place in the row: its name may tell who made it, and is not kept.
    """
    added, faults = 0, []
    for number, file in enumerate(files, start=1):
        try:
            if is_too_large(file):
                raise Invalid(errors={"file": [why_refused("too_large")]})
            add_item(report=report, draft=draft, file=file, by=by, at=at)
            added += 1
        except Invalid as problem:
            for field, texts in (problem.errors or {"file": [problem.detail]}).items():
                told = " ".join(texts)
                if field == "file":
                    place = {"number": number, "of": len(files), "why": told}
                    told = _("File %(number)d of %(of)d was not taken in. %(why)s") % place
                faults.append((field, told))
    return added, faults


def added_words(n: int) -> str:
    """Return the message after files were taken in."""
    return ngettext(
        "%(n)d file is sealed with your report.", "%(n)d files are sealed with your report.", n
    ) % {"n": n}


def filed_with(
    request: HttpRequest, report: Report, files: Sequence[Any], sensitivity: str, at: datetime
) -> None:
    """Take in the files that came with a filing; the report stands whatever becomes of them."""
    draft = replace(ItemDraft(), sensitivity=sensitivity or Sensitivity.ORDINARY)
    added, faults = take_files(files, report=report, draft=draft, by=asker(request), at=at)
    if added:
        messages.success(request, added_words(added))
    for _field, told in faults:
        messages.error(request, told + " " + _("Your report is filed; add the file to it below."))


def _draft(answers: dict[str, Any], zone: ZoneInfo) -> ItemDraft:
    claimed = None
    if answers["day"]:
        claimed = datetime.combine(answers["day"], answers["clock"] or NOON, tzinfo=zone)
    return ItemDraft(
        kind=answers["kind"],
        sensitivity=answers["sensitivity"] or Sensitivity.ORDINARY,
        caption=answers["caption"],
        claimed_at=claimed,
    )


def own_files(report: Report) -> list[dict[str, Any]]:
    """Return the files of one's own report: what was sent, never what was read out of it."""
    return [_row(item) for item in items_of([report.pk])]


def _row(item: Item) -> dict[str, Any]:
    reading = reading_of(item)
    return {
        "code": item.code,
        "kind": item.get_kind_display(),
        "caption": item.caption,
        "size": item.size,
        "sha256": item.sha256,
        "waits": reading is None,
        "has_picture": reading is not None and reading.outcome == "copied",
        "outcome": reading.get_outcome_display() if reading is not None else "",
        "why": why_refused(reading.reason) if reading is not None and reading.reason else "",
    }


def _context(report: Report, form: EvidenceForm) -> dict[str, Any]:
    files = own_files(report)
    return {
        "form": form,
        "files": files,
        "most": MOST_ITEMS,
        "most_bytes": MOST_BYTES,
        "most_mb": MOST_BYTES // MEGA,
        "receipt": report.receipt,
        "may_add": report.state in TAKES_FILES and len(files) < MOST_ITEMS,
        "agreement_title": report.agreement.title,
        "zone": report.agreement.timezone,
        "crumbs": [
            (reverse("reports-own"), _("My reports")),
            (reverse("report", args=[report.receipt]), report.receipt),
        ],
    }
