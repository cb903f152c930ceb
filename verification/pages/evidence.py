"""Pages of a file: what is known of it, its picture behind a guard, its custody; its bytes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.evidence.choices import Sensitivity
from reports.evidence.queries import (
    COPY,
    THUMB,
    bytes_of,
    is_held_back,
    near_identical,
    original_of,
)
from reports.evidence.rules import ENDINGS
from reports.journal.queries import HistoryLine, history_lines
from reports.pages.answers import signed_in
from reports.pages.bytes_out import PRIVATE, SANDBOX
from reports.problems import NotFound
from reports.redactions.queries import redactions_of
from reports.timestamps.queries import timestamp_of
from verification.adjudication.actions.exhibits import download_item, view_item
from verification.adjudication.exhibits import AUTHOR, Exhibit, exhibit_for
from verification.bundles.queries import bundles_holding
from verification.pages.asker import asker
from verification.pages.exhibit_cards import item_card
from verification.pages.redactions import redaction_rows
from verification.pages.role_words import role_words


@require_safe
@signed_in
def evidence_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is known of a file to whom it may be shown."""
    found = exhibit_for(asker(request), code, at=timezone.now())
    if found.acting_as == "liaison":
        return render(request, "verification/evidence_shown.html", _context_of_party(found))
    return render(request, "verification/evidence.html", _context(found))


@require_safe
@signed_in
def evidence_picture(request: HttpRequest, code: str) -> HttpResponse:
    """Send the working copy of a picture; looking at it is an act."""
    return _picture(request, code, COPY)


@require_safe
@signed_in
def evidence_thumb(request: HttpRequest, code: str) -> HttpResponse:
    """Send the small picture; looking at it is an act too."""
    return _picture(request, code, THUMB)


def _picture(request: HttpRequest, code: str, folder: str) -> HttpResponse:
    at = timezone.now()
    found = exhibit_for(asker(request), code, at=at)
    content = bytes_of(folder, found.item) if found.may_have_copy else None
    if content is None:
        raise NotFound()
    view_item(code=code, by=asker(request), at=at)
    return HttpResponse(content, content_type="image/jpeg", headers=PRIVATE)


@require_safe
@signed_in
def evidence_original(request: HttpRequest, code: str) -> Any:
    """Hand the original out as a file to keep, never to be shown by a browser in our name."""
    item = download_item(code=code, by=asker(request), at=timezone.now())
    answer = FileResponse(
        original_of(item),
        as_attachment=True,
        filename=f"{item.code}.{ENDINGS[item.detected]}",
        content_type="application/octet-stream",
        headers=PRIVATE,
    )
    answer["Content-Security-Policy"] = SANDBOX
    return answer


def _context(found: Exhibit) -> dict[str, Any]:
    item, report = found.item, found.item.report
    judges = found.acting_as != AUTHOR
    card = item_card(item, with_device=judges and found.may_have_original)
    zone = report.agreement.timezone
    context: dict[str, Any] = {
        "card": card,
        "judges": judges,
        "may_have_original": found.may_have_original and not is_held_back(item),
        "agreement_title": report.agreement.title,
        "zone": zone,
        "claimed_at": item.claimed_at,
        "crumbs": _crumbs(found),
    }
    if not judges:
        return context
    # A panel reads days only: the minute in which a file came can name who brought it.
    days_of = None if found.may_have_original else ZoneInfo(zone)
    lines = history_lines(
        [], subject_ids=[item.pk, *bundles_holding(item)], public_only=False, days_of=days_of
    )
    return context | {
        "stamp": timestamp_of(item),
        "made": redaction_rows(redactions_of(item)),
        "code": item.code,
        "may_redact": found.may_redact and card.has_picture,
        "custody": [_line(line) for line in reversed(lines)],
        "elsewhere": _elsewhere(found),
        "day_only": days_of is not None,
    }


def _context_of_party(found: Exhibit) -> dict[str, Any]:
    """Return all that a party learns of a file: what kind it is, and its redacted copy."""
    made = redactions_of(found.item)[0]
    return {
        "code": found.item.code,
        "kind": str(found.item.get_kind_display()),
        "warning": str(found.item.get_sensitivity_display())
        if found.item.sensitivity == Sensitivity.GRAPHIC
        else "",
        "number": made.number,
        "sha256": made.sha256,
        "crumbs": [(reverse("notices"), _("Notices"))],
    }


def _crumbs(found: Exhibit) -> list[tuple[str, str]]:
    report = found.item.report
    if found.acting_as == AUTHOR:
        return [
            (reverse("reports-own"), _("My reports")),
            (reverse("report", args=[report.receipt]), report.receipt),
        ]
    if found.acting_as == "triage":
        return [
            (reverse("triage"), _("Triage")),
            (reverse("triage-report", args=[report.pk]), report.receipt),
        ]
    if found.acting_as == "chair":
        return [(reverse("chair"), _("Cases"))]
    return [(reverse("review"), _("My reviews"))]


def _line(line: HistoryLine) -> dict[str, Any]:
    return {
        "at": line.at,
        "title": line.label,
        "precision": line.precision,
        "actor": role_words(line.acting_as),
    }


def _elsewhere(found: Exhibit) -> dict[str, Any]:
    """Return where else the same picture is: to triage by report, to others as a number."""
    others = near_identical([found.item]).get(found.item.pk, [])
    reports = {other.report_id: other.report.receipt for other in others}
    named = found.acting_as == "triage"
    return {
        "n": len(reports),
        "reports": [(str(pk), receipt) for pk, receipt in reports.items()] if named else [],
    }
