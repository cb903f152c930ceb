"""Addresses of the rows behind a number."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from verification.publication.queries import Cursor


def incidents_url(agreement: str, **wanted: str) -> str:
    """Return the address of the incidents that a number counts (`category` is written class)."""
    written = {"category": "class", "since": "from"}
    query = {written.get(name, name): value for name, value in wanted.items() if value}
    return f"{reverse('incidents')}?{urlencode({'agreement': agreement, **query})}"


def cursor_in(request: HttpRequest) -> Cursor | None:
    """Return the place in a list that the address names; one nobody understands is none."""
    try:
        return Cursor.read(request.GET["cursor"])
    except (KeyError, ValueError):
        return None


def neighbour(request: HttpRequest, cursor: str) -> str:
    """Return the address of this list at another place; '' where it ends."""
    if not cursor:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"
