"""Bodies that come in chunks, without a length: given a bound, so that Django reads them at all.

Phones may send so (OpenRosa asks servers to take it); Django reads as many bytes as the header
Content-Length says, and where there is none, none. Nothing is read here: the door asks first whose
phone it is, and only then reads, up to the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import RequestDataTooBig

ENDS = ("/submission",)  # nowhere else is a body without a length taken
BODY_MOST = 210 * 1024 * 1024  # bytes, as reports/openrosa/rules.py has it
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Bounded:
    """A body of unknown length that ends before its bound, or is refused."""

    def __init__(self, body: Any, most: int) -> None:
        self._body, self._left = body, most

    def read(self, size: int = -1) -> bytes:
        """Return the next piece. Errors: RequestDataTooBig."""
        return self._counted(self._body.read(self._within(size)))

    def readline(self, size: int = -1) -> bytes:
        """Return the next line. Errors: RequestDataTooBig."""
        return self._counted(self._body.readline(self._within(size)))

    def _within(self, size: int) -> int:
        return self._left if size < 0 else min(size, self._left)

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left <= 0:  # the reader stops here by itself, and would take a part for all
            raise RequestDataTooBig("A body in chunks did not end before its bound.")
        return piece


def takes_chunks(app: App) -> App:
    """Wrap a WSGI application: a chunked body may be read where phones send theirs."""

    def answering(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        chunked = environ.get("HTTP_TRANSFER_ENCODING", "").strip().lower() == "chunked"
        path = environ.get("PATH_INFO", "")
        if chunked and path.startswith("/v1/") and path.endswith(ENDS):
            del environ["HTTP_TRANSFER_ENCODING"]
            environ["wsgi.input"] = Bounded(environ["wsgi.input"], BODY_MOST)
            environ["CONTENT_LENGTH"] = str(BODY_MOST)
        return app(environ, start)

    return answering
