"""A bulletin on paper: the template of the page, printed to PDF. The same content, the same bytes.

Both dates of the file are the cut-off, its fonts lie beside this module, and nothing is fetched
from anywhere. Where the printer cannot be had (docs/decisions/0024) there are no editions.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from verification.bulletins.wording import bulletin_view

HERE = Path(__file__).resolve().parent
FILES: Mapping[str, tuple[Path, str]] = {
    "text.ttf": (HERE / "fonts" / "DejaVuSans.ttf", "font/ttf"),
    "bold.ttf": (HERE / "fonts" / "DejaVuSans-Bold.ttf", "font/ttf"),
    "print.css": (HERE / "print.css", "text/css"),
    "preview.css": (HERE / "preview.css", "text/css"),
}
PICTURE = (1200, 630)  # pixels, as link previews are cut
ADDRESS = "https://printing.invalid/"  # never asked: every file is one of the four above


@dataclass(frozen=True, slots=True)
class Printed:
    """One edition: its language, bytes, and their hash."""

    language: str
    body: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def can_print() -> bool:
    """Answer whether the printer is installed: it has no wheel for every machine."""
    return importlib.util.find_spec("plutoprint") is not None


def printed(content: Mapping[str, Any], language: str) -> Printed:
    """Return a bulletin on paper in one language. Needs: can_print()."""
    with translation.override(language):
        text = render_to_string(
            "verification/bulletin_print.html",
            {"bulletin": bulletin_view(content), "language": language},
        )
    cut_off = datetime.fromisoformat(content["cut_off"]).astimezone(UTC)
    return Printed(language, _pdf(text, title=content["code"], at=cut_off))


def all_printed(content: Mapping[str, Any]) -> list[Printed]:
    """Return a bulletin on paper in every language of the site; nothing without a printer."""
    if not can_print():
        return []
    return [printed(content, code) for code, _name in settings.LANGUAGES]


def pictured(text: str) -> bytes:
    """Return a page of fixed size as a PNG. Needs: can_print()."""
    import plutoprint

    size = plutoprint.PageSize(*(side * plutoprint.UNITS_PX for side in PICTURE))
    book = plutoprint.Book(size, plutoprint.PAGE_MARGINS_NONE, plutoprint.MEDIA_TYPE_SCREEN)
    book.custom_resource_fetcher = _our_files_only()
    book.load_html(text, base_url=ADDRESS)
    out = io.BytesIO()
    book.write_to_png_stream(out, *PICTURE)
    return out.getvalue()


def _our_files_only() -> Any:
    """Return what hands out the files above and refuses everything else."""
    import plutoprint  # loads libraries of its own; most processes never print

    class OurFilesOnly(plutoprint.ResourceFetcher):
        """Looks at nothing but the list."""

        def fetch_url(self, url: str) -> Any:
            file, kind = FILES[url.removeprefix(ADDRESS)]
            return plutoprint.ResourceData(file.read_bytes(), kind, "utf-8")

    return OurFilesOnly()


def _pdf(text: str, *, title: str, at: datetime) -> bytes:
    import plutoprint

    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, media=plutoprint.MEDIA_TYPE_PRINT)
    book.custom_resource_fetcher = _our_files_only()
    book.load_html(text, base_url=ADDRESS)
    stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    book.set_metadata(plutoprint.PDF_METADATA_TITLE, title)
    book.set_metadata(plutoprint.PDF_METADATA_CREATION_DATE, stamp)
    book.set_metadata(plutoprint.PDF_METADATA_MODIFICATION_DATE, stamp)
    out = io.BytesIO()
    book.write_to_pdf_stream(out)
    return out.getvalue()
