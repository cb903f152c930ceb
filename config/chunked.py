"""Bodies that come in chunks, without a length: spooled, so that Django reads them at all.

Phones may send so (OpenRosa asks servers to take it); Django reads as many bytes as the header
Content-Length says, and where there is none, none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

ENDS = ("/submission", "/submissions")  # nowhere else is a body without a length taken
MEGA = 1024 * 1024
BODY_MOST = 210 * MEGA  # bytes, as reports/openrosa/rules.py has it
PIECE = 256 * 1024  # bytes
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def takes_chunks(app: App) -> App:
    """Wrap a WSGI application: a chunked body gets a length, or is refused for its size."""

    def answering(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        chunked = environ.get("HTTP_TRANSFER_ENCODING", "").strip().lower() == "chunked"
        path = environ.get("PATH_INFO", "")
        if not chunked or not path.startswith("/v1/") or not path.endswith(ENDS):
            return app(environ, start)
        body: Any = SpooledTemporaryFile(max_size=MEGA)  # noqa: SIM115 - gone with the request
        size = 0
        while piece := environ["wsgi.input"].read(PIECE):
            size += len(piece)
            if size > BODY_MOST:
                start("413 Content Too Large", [("Content-Length", "0"), ("Connection", "close")])
                return [b""]
            body.write(piece)
        body.seek(0)
        del environ["HTTP_TRANSFER_ENCODING"]
        environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(size)}
        return app(environ, start)

    return answering
