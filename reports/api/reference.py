"""Pages: every operation of the API by heading, out of the committed document."""

from __future__ import annotations

from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from reports.api.document.reference import reference
from reports.api.document.tags import TAGS


@require_safe
def reference_page(request: HttpRequest) -> HttpResponse:
    """Show every operation under its heading, in one line each."""
    headings = [
        {"tag": tag, "words": TAGS[tag], "operations": those} for tag, those in reference().items()
    ]
    return render(request, "reports/reference.html", {"headings": headings})


@require_safe
def reference_part_page(request: HttpRequest, tag: str) -> HttpResponse:
    """Show the operations of one heading in full."""
    if tag not in reference():
        raise Http404
    context = {
        "tag": tag,
        "words": TAGS[tag],
        "operations": reference()[tag],
        "tags": list(reference()),
        "body": _operations(tag, get_language() or ""),
    }
    return render(request, "reports/reference_part.html", context)


@cache
def _operations(tag: str, language: str) -> SafeString:
    """Return the operations of a heading in a language: the same for everybody, made once."""
    return render_to_string("reports/_operations.html", {"operations": reference()[tag]})
