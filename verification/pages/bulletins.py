"""The public list of bulletins, and each as it was released, on screen and on paper."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from reports.pages.answers import answers_problems
from reports.pages.choosing import current_agreement
from verification.bulletins.queries import (
    bulletin_by_code,
    bulletins_of,
    corrected_since,
    edition_of,
)
from verification.bulletins.wording import bulletin_view
from verification.ledger.queries import log_status

PAGE = 30  # bulletins on one page of the list
FOR_EVER = 365 * 24 * 3600  # seconds
PDF = "application/pdf"


@require_safe
@answers_problems
def bulletins(request: HttpRequest) -> HttpResponse:
    """Show an agreement's released bulletins, latest first."""
    agreement, at = current_agreement(request), timezone.now()
    context = {
        "as_of": at,
        "log": log_status(at=at),
        "agreement": agreement,
        "agreement_title": agreement.title,
        "zone": agreement.timezone,
        "page_obj": Paginator(bulletins_of(agreement), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "verification/bulletins.html", context)


@require_safe
@answers_problems
def bulletin(request: HttpRequest, code: str) -> HttpResponse:
    """Show a bulletin from its released content alone, with what was corrected since."""
    line = bulletin_by_code(code)
    if line.code != code:
        return redirect("bulletin", code=line.code)
    view = bulletin_view(line.content)
    context = {
        "as_of": line.cut_off,
        "bulletin": view,
        "agreement": view["agreement"],
        "agreement_title": view["agreement"].title,
        "released_at": line.released_at,
        "sha256": line.sha256,
        "since": corrected_since(line),
        "editions": edition_names(line.languages),
    }
    return render(request, "verification/bulletin.html", context)


def edition_names(languages: Iterable[str]) -> list[tuple[str, str]]:
    """Return (language, its name) of these editions, in the order of the site's languages."""
    return [(code, str(name)) for code, name in settings.LANGUAGES if code in set(languages)]


@require_safe
@answers_problems
@cache_control(public=True, max_age=FOR_EVER, immutable=True)
def bulletin_pdf(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """Answer a bulletin on paper: the very bytes whose hash stands in the log."""
    return on_paper(edition_of(code, language), f"{code}.{language}.pdf")


def on_paper(body: bytes, name: str) -> HttpResponse:
    """Return a PDF that the browser shows."""
    answer = HttpResponse(body, content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
