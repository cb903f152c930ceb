"""What addresses may ask of a list: how many rows, from where on; and the refusal of the rest."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from reports.agreement.queries import Agreement, agreement_or_first
from reports.identity import opaque
from reports.problems import Problem

PAGE = 100  # rows of one answer, at most
KEYS = ("pk", "id", "code", "finding", "number", "slug")  # what tells a row from its neighbours
LIMIT = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": PAGE}, description="rows of one answer"
)
CURSOR = OpenApiParameter("cursor", str, description="as in `next` or `previous`; else it is a 400")


class UnknownParameter(Problem):
    """Raised for a name or a value in the address that this door does not know."""

    code = "unknown-parameter"
    status = 400
    title = gettext_lazy("The address asks for something this door does not know")


def expansions(*names: str) -> OpenApiParameter:
    """Return how the document describes which records a list brings along."""
    return OpenApiParameter(
        "expand",
        {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(names)}},
        style="form",
        explode=False,
        description="records to bring along, under `expanded`",
    )


def asked_expansions(request: Request, *known: str) -> frozenset[str]:
    """Return which records the address wants brought along. Errors: UnknownParameter."""
    asked = frozenset(filter(None, request.query_params.get("expand", "").split(",")))
    if asked - set(known) or ("expand" in request.query_params and not asked):
        words = _("Choose among: %(names)s.") % {"names": ", ".join(known)}
        raise UnknownParameter(errors={"expand": [words]})
    return asked


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a list, with the cursors of the parts beside it ('' where there is none)."""

    rows: Sequence[Any]
    count: int
    following: str
    before: str | None  # None where there is no part before; '' names the first


def agreement_asked(request: Request) -> Agreement:
    """Return the agreement the address names, else the first by slug. Errors: NotFound."""
    return agreement_or_first(request.query_params.get("agreement"))


def asked_limit(request: Request) -> int:
    """Return how many rows are asked for. Errors: UnknownParameter."""
    given = request.query_params.get("limit", str(PAGE))
    if not (given.isascii() and given.isdecimal() and 1 <= int(given[:9]) <= PAGE):
        words = _("Give a number from 1 to %(most)s.") % {"most": PAGE}
        raise UnknownParameter(errors={"limit": [words]})
    return int(given)


def part_of(request: Request, rows: Sequence[Any] | QuerySet[Any]) -> Part:
    """Return the part of a list that the address names. Errors: UnknownParameter.

    A cursor names the row it follows, so what comes and goes before that row moves nothing; where
    the row itself has gone, its place counts.
    """
    size = asked_limit(request)
    if isinstance(rows, QuerySet):
        keys = [str(key) for key in rows.values_list("pk", flat=True)]
    else:
        keys = [_key(row) for row in rows]
    start = _start(request.query_params.get("cursor", ""), keys)
    stop = start + size
    following = _cursor(stop, keys) if stop < len(keys) else ""
    before = None if start == 0 else _cursor(max(0, start - size), keys)
    return Part(list(rows[start:stop]), len(keys), following, before)


def _key(row: Any) -> str:
    if isinstance(row, dict):
        return str(next(row[name] for name in KEYS if name in row))
    return str(next(getattr(row, name) for name in KEYS if hasattr(row, name)))


def _cursor(place: int, keys: Sequence[str]) -> str:
    """Return the cursor that goes on at a place; '' is the start."""
    if place == 0:
        return ""
    named = f"{place}:{opaque(keys[place - 1])}"  # a key itself tells when its row was made
    return base64.urlsafe_b64encode(named.encode()).decode().rstrip("=")


def _start(cursor: str, keys: Sequence[str]) -> int:
    if not cursor:
        return 0
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place, _colon, key = raw.decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        place, key = "", ""
    if not (place.isascii() and place.isdecimal() and key):
        words = _("Take the cursor as “next” or “previous” gave it.")
        raise UnknownParameter(errors={"cursor": [words]})
    was = min(int(place[:9]), len(keys))
    if was and opaque(keys[was - 1]) == key:
        return was
    return next((n for n, one in enumerate(keys, 1) if opaque(one) == key), was)


def address(request: HttpRequest | Request, cursor: str | None) -> str | None:
    """Return the address of another part of the same list; None where there is none."""
    if cursor is None:
        return None
    query = request.GET.copy()
    query.pop("cursor", None)
    if cursor:
        query["cursor"] = cursor
    tail = query.urlencode()
    return request.build_absolute_uri(f"{request.path}{'?' if tail else ''}{tail}")


def listed(request: Request, rows: Any, form: type[s.Serializer[Any]], **beside: Any) -> Response:
    """Answer with a part of a list and the addresses of its neighbours."""
    part = part_of(request, rows)
    return answered(request, part, form(part.rows, many=True).data, **beside)


def answered(request: Request, part: Part, results: Any, **beside: Any) -> Response:
    """Answer with the rows of a part, as they are shown, and the addresses of its neighbours."""
    return Response(
        {
            **beside,
            "count": part.count,
            "next": address(request, part.following or None),
            "previous": address(request, part.before),
            "results": results,
        }
    )


@cache
def list_of(
    form: type[s.Serializer[Any]], *beside: str, count: bool = True, bounded: bool = False
) -> s.Serializer[Any]:
    """Return how the document describes a part of a list of such rows."""
    fields: dict[str, Any] = {name: BESIDE[name]() for name in beside}
    if count:
        words = "rows of the whole list" + ("; null where they are too many" if bounded else "")
        fields["count"] = s.IntegerField(allow_null=bounded, help_text=words)
    if bounded:
        words = "how many there are at least, where `count` is null"
        fields["count_at_least"] = s.IntegerField(required=False, help_text=words)
    fields["next"] = s.URLField(allow_null=True, help_text="the following part; null at the end")
    fields["previous"] = s.URLField(allow_null=True, help_text="the part before; null at the start")
    fields["results"] = form(many=True)
    name = form.__name__.removesuffix("Out").removesuffix("Shown").removeprefix("Listed")
    return inline_serializer(f"{name}Page", fields)


BESIDE: dict[str, type[s.Field[Any, Any, Any, Any]]] = {
    "as_of": s.DateTimeField,
    "agreement": s.CharField,
    "state": s.CharField,
    "unread": s.IntegerField,
}
