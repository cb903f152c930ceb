"""The terms are read once in a request: they change only between requests, by a command.

In a request that only looks (GET, HEAD) a few other things are read once too, for it changes
nothing. Outside a request nothing is kept: tasks and commands run long, and read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse

Found = TypeVar("Found")
Kept = dict[Hashable, Any]
_kept: ContextVar[Kept | None] = ContextVar("terms read", default=None)
_seen: ContextVar[Kept | None] = ContextVar("read by a request that only looks", default=None)
LOOKS = frozenset({"GET", "HEAD"})


def terms_read_once(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that begins a request with nothing kept, and ends it so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        before = _kept.set({}), _seen.set({} if request.method in LOOKS else None)
        try:
            return get_response(request)
        finally:
            _kept.reset(before[0])
            _seen.reset(before[1])

    return middleware


def once(what: Hashable, read: Callable[[], list[Found]]) -> list[Found]:
    """Return what was read before in this request, or read it."""
    kept = _kept.get()
    if kept is None:
        return read()
    if what not in kept:
        kept[what] = read()
    return list(kept[what])


def seen_once(what: Hashable, read: Callable[[], Found]) -> Found:
    """Return what this GET or HEAD has read before, or read it. Callers change nothing in it."""
    seen = _seen.get()
    if seen is None:
        return read()
    if what not in seen:
        seen[what] = read()
    return cast(Found, seen[what])
