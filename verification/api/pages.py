"""Long answers, a page at a time, with the addresses of the neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from reports.problems import Invalid
from verification.publication.queries import Cursor

PAGE = 100  # rows of one answer

AGREEMENT = OpenApiParameter("agreement", str, description="slug; without it the first agreement")
PAGE_NUMBER = OpenApiParameter("page", int, description="as in `next`")
CURSOR = OpenApiParameter("cursor", str, description="as in `next` or `previous`")

LISTED = [AGREEMENT, PAGE_NUMBER]
LISTED_BY_CURSOR = [AGREEMENT, CURSOR]


@cache
def page_of(form: type[Serializer[Any]], *more: str) -> Serializer[Any]:
    """Return how the document describes one page of such rows."""
    fields: dict[str, Any] = {
        "as_of": s.DateTimeField(),
        "agreement": s.CharField(),
        "count": s.IntegerField(help_text="rows of the whole list"),
        "next": s.URLField(allow_null=True, help_text="the following page; null at the end"),
        "previous": s.URLField(allow_null=True, help_text="the page before; null at the start"),
        "results": form(many=True),
    }
    fields |= dict.fromkeys(more, s.CharField())
    return inline_serializer(f"{form.__name__.removesuffix('Out')}Page", fields)


def paged(
    request: Request,
    body: dict[str, Any],
    rows: Sequence[Any] | QuerySet[Any],
    form: type[Serializer[Any]],
) -> Response:
    """Return one page of rows with the addresses of its neighbours."""
    asked = request.GET.get("page", "1")
    pages = Paginator(rows, PAGE)
    if not asked.isdecimal() or not 1 <= int(asked) <= pages.num_pages:
        words = _("Give a page from 1 to %(last)s.") % {"last": pages.num_pages}
        raise Invalid(words, errors={"page": [words]})
    page = pages.page(int(asked))
    following = page.next_page_number() if page.has_next() else 0
    before = page.previous_page_number() if page.has_previous() else 0
    return Response(
        {
            **body,
            "count": pages.count,
            "next": _address(request, following),
            "previous": _address(request, before),
            "results": form(page.object_list, many=True).data,
        }
    )


def asked_cursor(request: Request) -> Cursor | None:
    """Return the place in a list that the address names. Errors: Invalid."""
    wanted = request.GET.get("cursor", "")
    if "page" in request.GET:
        words = _("This list has no pages: follow “next”, which holds a cursor.")
        raise Invalid(words, errors={"page": [words]})
    try:
        return Cursor.read(wanted) if wanted else None
    except ValueError as error:
        words = _("Take the cursor as “next” or “previous” gave it.")
        raise Invalid(words, errors={"cursor": [words]}) from error


def by_cursor(
    request: Request,
    body: dict[str, Any],
    rows: Sequence[Any],
    form: type[Serializer[Any]],
    *,
    count: int,
    newer: str = "",
    older: str = "",
) -> Response:
    """Return rows that are one page already, with the addresses of its neighbours."""
    return Response(
        {
            **body,
            "count": count,
            "next": _address(request, older, name="cursor"),
            "previous": _address(request, newer, name="cursor"),
            "results": form(rows, many=True).data,
        }
    )


def _address(request: Request, page: int | str, *, name: str = "page") -> str | None:
    if not page:
        return None
    query = request.GET.copy()
    query[name] = str(page)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
