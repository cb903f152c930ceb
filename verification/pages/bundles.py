"""Bundles of evidence: one person asks, a second one answers, the first one fetches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reports.journal.queries import history_lines
from reports.pages.answers import add_errors, sent_back, signed_in
from reports.pages.bytes_out import PRIVATE, SANDBOX
from reports.pages.choosing import current_agreement
from reports.problems import Invalid, NotFound
from verification.bundles.actions import (
    approve_bundle,
    download_bundle,
    link_for,
    refuse_bundle,
    request_bundle,
    revoke_bundle,
)
from verification.bundles.queries import (
    Bundle,
    bundle_for,
    bundles_for,
    case_to_bundle,
    may_be_fetched,
    packed_bytes,
    progress_of,
)
from verification.bundles.rules import LINK_LIFE
from verification.pages.asker import asker, check_fresh
from verification.pages.forms_bundles import BundleForm
from verification.pages.role_words import role_words

PER_PAGE = 25
Move = Callable[..., Bundle]
MOVES: dict[str, Move] = {
    "approve": approve_bundle,
    "refuse": refuse_bundle,
    "revoke": revoke_bundle,
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bundles(request: HttpRequest) -> HttpResponse:
    """List the bundles of an agreement, and take a request for one."""
    at, user, agreement = timezone.now(), asker(request), current_agreement(request)
    rows = bundles_for(user, agreement, at=at)
    form = BundleForm(initial={"incident": request.GET.get("incident", "")[:20]})
    status = 200
    if request.method == "POST":
        form = BundleForm(request.POST)
        made = _asked(form, request, at) if form.is_valid() else None
        if made is not None:
            messages.success(request, _("Asked for. A second person has to approve it."))
            return redirect("bundle", made.code)
        status = 422
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(one, at) for one in page.object_list],
        "zone": agreement.timezone,
        "agreement_title": agreement.title,
    }
    answer = sent_back if status == 422 else render
    return answer(request, "verification/bundles.html", context)


def _asked(form: BundleForm, request: HttpRequest, at: datetime) -> Bundle | None:
    said = form.cleaned_data
    case = case_to_bundle(asker(request), said["incident"].strip(), at=at)
    if case is None:
        form.add_error("incident", _("There is no case on an incident with this code."))
        return None
    try:
        return request_bundle(
            case=case, contents=said["contents"], why=said["why"], by=asker(request), at=at
        )
    except Invalid as problem:
        add_errors(form, problem)
        return None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bundle(request: HttpRequest, code: str) -> HttpResponse:
    """Show a bundle; approve, refuse or revoke it."""
    at, user = timezone.now(), asker(request)
    found = bundle_for(user, code, at=at)
    if request.method == "POST":
        move = MOVES.get(request.POST.get("do", ""))
        if move is None:
            raise NotFound()
        check_fresh(found, request.POST.get("version"))
        move(bundle=found, by=user, at=at)
        messages.success(request, _("Done. It stands in the custody of every file it is of."))
        return redirect("bundle", code)
    return render(request, "verification/bundle.html", _context(found, request, at))


@require_safe
@signed_in
def bundle_file(request: HttpRequest, code: str) -> Any:
    """Hand a bundle out to who asked for it, by a link of a few minutes."""
    at, user = timezone.now(), asker(request)
    found = bundle_for(user, code, at=at)
    found = download_bundle(bundle=found, link=request.GET.get("link", ""), by=user, at=at)
    answer = FileResponse(
        packed_bytes(found),
        as_attachment=True,
        filename=f"evidence-{found.code}.zip",
        content_type="application/zip",
        headers=PRIVATE,
    )
    answer["Content-Security-Policy"] = SANDBOX
    return answer


def _row(found: Bundle, at: datetime) -> dict[str, Any]:
    ended = found.expires_at is not None and found.expires_at <= at
    return {
        "code": found.code,
        "incident": found.case.incident.code,
        "contents": str(found.get_contents_display()),
        "state": found.state,
        "over": found.state == "bundle_ready" and not may_be_fetched(found, at=at),
        "ended": ended,
        "requested_at": found.requested_at,
        "expires_at": found.expires_at,
    }


def _context(found: Bundle, request: HttpRequest, at: datetime) -> dict[str, Any]:
    user = asker(request)
    mine = found.requested_by_id == user.pk
    ready = may_be_fetched(found, at=at)
    link = f"{reverse('bundle-file', args=[found.code])}?link={link_for(found, user)}"
    zone = found.case.incident.agreement.timezone
    return {
        "bundle": _row(found, at)
        | {
            "why": found.why,
            "answered_at": found.answered_at,
            "built_at": found.built_at,
            "size": found.size,
            "files": len(found.items),
            "sha256": found.sha256,
            "manifest_sha256": found.manifest_sha256,
            "version": found.version,
        },
        "mine": mine,
        "link": link if mine and ready else "",
        "minutes": int(LINK_LIFE.total_seconds() // 60),
        "may_answer": not mine and found.state == "bundle_requested",
        "may_revoke": found.state in ("bundle_requested", "bundle_approved") or ready,
        "percent": progress_of(found) if found.state == "bundle_approved" else 0,
        "custody": [
            {
                "at": line.at,
                "title": line.label,
                "precision": line.precision,
                "actor": role_words(line.acting_as),
            }
            for line in reversed(
                history_lines([], subject_ids=[found.pk], public_only=False, days_of=None)
            )
        ],
        "zone": zone,
        "agreement_title": found.case.incident.agreement.title,
        "crumbs": [(reverse("bundles"), _("Bundles of evidence"))],
    }
