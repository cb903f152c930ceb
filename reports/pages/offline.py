"""Pages a phone keeps: blank ones, the same for everybody, and what they are filled with.

A blank page holds no name, token or id, so it may lie in a cache. What is a person's comes as
data, which the script seals before it keeps it (docs/decisions/0032).
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_safe

from reports.pages.answers import View, asker, owner_word, signed_in


def blank(view: View) -> View:
    """Wrap a page that a phone keeps: for signed-in people, sent anew only if it changed."""

    @wraps(view)
    def keepable(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        patch_cache_control(answer, private=True, no_cache=True)
        patch_vary_headers(answer, ["Cookie", "Accept-Language"])
        return answer

    return conditional_page(signed_in(keepable))


@require_safe
@conditional_page
def outbox_page(request: HttpRequest) -> HttpResponse:
    """Show what waits on this phone: a blank page, which a script fills from what it keeps.

    It opens to everybody, for those too whose sign-in has ended: nothing in it is anybody's.
    """
    answer = render(request, "reports/outbox.html", {"shell": "outbox"})
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


@require_safe
@never_cache
@signed_in
def outbox_token(request: HttpRequest) -> HttpResponse:
    """Tell a script who is signed in, by a word that says nothing, and give it a form token."""
    return JsonResponse({"token": get_token(request), "who": owner_word(asker(request))})


@require_safe
@blank
def blank_reports(request: HttpRequest) -> HttpResponse:
    """Show one's own reports as a phone keeps the page: without any report."""
    return render(request, "reports/reports_kept.html", {"shell": "reports-own"})
