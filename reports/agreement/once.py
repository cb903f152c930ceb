"""The terms are read once in a request: they change only between requests, by a command.

Outside a request nothing is kept: tasks and commands run long, and read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

Found = TypeVar("Found")
_kept: ContextVar[dict[Hashable, list[Any]] | None] = ContextVar("terms read", default=None)


def terms_read_once(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that begins a request with nothing kept, and ends it so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        before = _kept.set({})
        try:
            return get_response(request)
        finally:
            _kept.reset(before)

    return middleware


def once(what: Hashable, read: Callable[[], list[Found]]) -> list[Found]:
    """Return what was read before in this request, or read it."""
    kept = _kept.get()
    if kept is None:
        return read()
    if what not in kept:
        kept[what] = read()
    return list(kept[what])
