"""Long answers of one agreement, a part at a time, with the addresses of the neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from reports.api.parameters import (
    CURSOR,
    LIMIT,
    PAGE,
    UnknownParameter,
    address,
    asked_limit,
    list_of,
    listed,
)
from verification.publication.queries import Cursor

__all__ = [
    "AGREEMENT",
    "BY_PLACE",
    "LISTED",
    "PAGE",
    "asked_cursor",
    "asked_limit",
    "by_cursor",
    "page_of",
]
AGREEMENT = OpenApiParameter("agreement", str, description="slug; without it the first agreement")
LISTED = [AGREEMENT, LIMIT, CURSOR]
PLACE = OpenApiExample("a place", value="after.2020-10-11T02:00:00Z_NK20-0007")
BY_PLACE = [  # of lists too long to be counted through
    *(AGREEMENT, LIMIT),
    OpenApiParameter("cursor", str, description=CURSOR.description, examples=[PLACE]),
]


def page_of(form: type[Serializer[Any]], *more: str, bounded: bool = False) -> Serializer[Any]:
    """Return how the document describes a part of a list of one agreement.

    `bounded`: the rows are counted up to a bound alone.
    """
    return list_of(form, "as_of", "agreement", *more, bounded=bounded)


def paged(
    request: Request,
    body: dict[str, Any],
    rows: Sequence[Any] | QuerySet[Any],
    form: type[Serializer[Any]],
) -> Response:
    """Return a part of a list with the addresses of its neighbours."""
    return listed(request, rows, form, **body)


def asked_cursor(request: Request) -> Cursor | None:
    """Return the place in a list that the address names. Errors: UnknownParameter."""
    wanted = request.GET.get("cursor", "")
    try:
        return Cursor.read(wanted) if wanted else None
    except ValueError as error:
        words = _("Take the cursor as “next” or “previous” gave it.")
        raise UnknownParameter(errors={"cursor": [words]}) from error


def by_cursor(
    request: Request,
    body: dict[str, Any],
    rows: Sequence[Any],
    *,
    count: int,
    is_all: bool = True,
    newer: Any = None,
    older: Any = None,
) -> Response:
    """Return rows as they are shown, one part already, with the addresses of its neighbours.

    Where not all were counted, `count` is null and `count_at_least` says how far it went.
    """
    return Response(
        {
            **body,
            **({"count": count} if is_all else {"count": None, "count_at_least": count}),
            "next": address(request, str(older) if older else None),
            "previous": address(request, str(newer) if newer else None),
            "results": rows,
        }
    )
