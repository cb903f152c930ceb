"""Public pages are kept for a few seconds, in each process, for readers who are nobody.

A page is kept only if it was made for a request without a session, and shown only to one. It is
asked for by the newest checkpoint and by what is withheld, so nothing published, and no end or
beginning of an embargo, waits for a copy to grow old. What needs no signature may be as old as
PUBLIC_CACHE_SECONDS; the page says as of when it is.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language_from_request

from verification.publication.freshness import public_stamp

PAGES = frozenset(
    {
        *("home", "map-tile", "incidents", "incident", "history", "findings", "finding"),
        *("standings", "standing", "comparison", "corrections", "bulletins", "bulletin"),
        *("recommendations", "recommendation", "mechanism", "procedure", "procedure-version"),
        *("tables", "method", "glossary", "data", "preview"),
        *("feed-findings", "feed-corrections", "feed-bulletins"),
    }
)
MOST_BYTES = 32 * 1024 * 1024  # of all copies in one process
LONGEST_ADDRESS = 500  # characters; what is longer is made each time
OWN_HEADERS = ("Content-Type", "Content-Language", "X-Frame-Options", "Referrer-Policy", "Link")
Answer = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Copy:
    """A page as it was made: its headers, its bytes packed, and when it grows too old."""

    headers: tuple[tuple[str, str], ...]
    packed: bytes
    etag: str
    until: float


class Copies:
    """The copies of one process; the one asked for longest ago goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Copy] = OrderedDict()
        self._size = 0
        self._guard = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def get(self, key: str) -> Copy | None:
        with self._guard:
            copy = self._kept.get(key)
            if copy is None:
                return None
            if copy.until <= time.monotonic():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return copy

    def put(self, key: str, copy: Copy) -> None:
        with self._guard:
            if key in self._kept:
                self._drop(key)
            self._kept[key] = copy
            self._size += len(copy.packed)
            while self._size > MOST_BYTES:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        self._size -= len(self._kept.pop(key).packed)

    def making(self, key: str) -> threading.Lock:
        """Return the lock under which one thread makes a page and the others wait for it."""
        with self._guard:
            if len(self._making) > 1000:
                self._making = {k: lock for k, lock in self._making.items() if lock.locked()}
            return self._making.setdefault(key, threading.Lock())

    def clear(self) -> None:
        with self._guard:
            self._kept.clear()
            self._size = 0


copies = Copies()


def kept_pages(answer: Answer) -> Answer:
    """Answer public pages from their copies; everything else passes through."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not _is_public(request):
            return answer(request)
        if not _is_nobody(request) or not settings.PUBLIC_CACHE_SECONDS:
            made = answer(request)
            if not made.has_header("Cache-Control") and settings.PUBLIC_CACHE_SECONDS:
                patch_cache_control(made, private=True, no_cache=True)
            return made
        key = _key(request)
        copy = copies.get(key)
        if copy is not None:
            return _shown(request, copy)
        with copies.making(key):
            copy = copies.get(key)
            if copy is not None:
                return _shown(request, copy)
            made = answer(request)
            copy = _copy_of(request, made)
            if copy is None:
                if made.status_code == 200 and not made.cookies:
                    patch_cache_control(made, public=True, no_cache=True)
                return made
            copies.put(key, copy)
        return _shown(request, copy)

    return middleware


def _is_public(request: HttpRequest) -> bool:
    if request.method not in ("GET", "HEAD") or len(request.get_full_path()) > LONGEST_ADDRESS:
        return False
    try:
        return resolve(request.path_info).url_name in PAGES
    except Resolver404:
        return False


def _is_nobody(request: HttpRequest) -> bool:
    """Answer whether nothing in a request says who asks."""
    return (
        settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Authorization" not in request.headers
    )


def _key(request: HttpRequest) -> str:
    parts = (
        public_stamp(),
        get_language_from_request(request),
        request.scheme or "",
        request.get_host(),  # refuses a host that is not ours
        request.get_full_path(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _copy_of(request: HttpRequest, made: HttpResponseBase) -> Copy | None:
    """Return a page to keep; None where it is no plain public page after all."""
    user = getattr(request, "user", None)
    if (
        not isinstance(made, HttpResponse)
        or made.status_code != 200
        or made.cookies
        or getattr(user, "is_authenticated", False)
        or request.method != "GET"
    ):
        return None
    body = made.content
    return Copy(
        headers=tuple((name, made[name]) for name in OWN_HEADERS if made.has_header(name)),
        packed=gzip.compress(body, 5, mtime=0),
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        until=time.monotonic() + settings.PUBLIC_CACHE_SECONDS,
    )


def _shown(request: HttpRequest, copy: Copy) -> HttpResponse:
    shown: HttpResponse
    if copy.etag in parse_etags(request.headers.get("If-None-Match", "")):
        shown = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        shown = HttpResponse(copy.packed, headers={"Content-Encoding": "gzip"})
    else:
        shown = HttpResponse(gzip.decompress(copy.packed))
    for name, value in copy.headers:
        shown[name] = value
    shown["ETag"] = copy.etag
    shown.headers.setdefault("Content-Length", str(len(shown.content)))
    # Whoever keeps it asks again each time: only we know when it is stale.
    patch_cache_control(shown, public=True, no_cache=True)
    patch_vary_headers(shown, ("Accept-Encoding", "Accept-Language", "Cookie"))
    return shown
