"""Page for a form that was open too long: what a monitor typed comes back, to be sent again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from django.views.csrf import csrf_failure

from reports.pages.answers import problem_page, wants_data
from reports.pages.filing import kept_page
from reports.problems import Problem

KEPT = ("report-new", "report-correct")  # forms too long to be typed twice


def stale_form(request: HttpRequest, reason: str = "", **options: Any) -> HttpResponse:
    """Answer a form without a valid token: nothing is done, and no report is lost."""
    if wants_data(request):
        return JsonResponse({"code": "stale-form"}, status=403)
    if resolve(request.path_info).url_name not in KEPT:
        return csrf_failure(request, reason, **options)
    try:
        return kept_page(request)
    except Problem as problem:
        return problem_page(request, problem)
