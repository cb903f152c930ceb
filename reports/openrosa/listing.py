"""What phones fetch: the list of forms, the manifest, and the lists a form chooses from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from functools import cache
from xml.sax.saxutils import escape  # nosec B406 - only writes

from reports.agreement.models import Agreement
from reports.agreement.queries import parties_of
from reports.openrosa.forms import Form, md5_of
from reports.places.queries import gazetteer, gazetteer_mark

LISTS = ("places.csv", "parties.csv")
FORMS_NS = "http://openrosa.org/xforms/xformsList"
FILES_NS = "http://openrosa.org/xforms/xformsManifest"
ANSWER_NS = "http://openrosa.org/http/response"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def form_list(form: Form, *, name: str, form_url: str, manifest_url: str) -> bytes:
    """Return the list of forms: there is one."""
    inner = "".join(
        (
            _element("formID", form.form_id),
            _element("name", name),
            _element("version", form.version),
            _element("hash", form.md5),
            _element("downloadUrl", form_url),
            _element("manifestUrl", manifest_url),
        )
    )
    return _document("xforms", FORMS_NS, f"<xform>{inner}</xform>")


def manifest(files: Iterable[tuple[str, bytes, str]]) -> bytes:
    """Return the manifest of (name, content, address) of what a form needs beside itself."""
    inner = "".join(
        "<mediaFile>"
        + _element("filename", name)
        + _element("hash", md5_of(content))
        + _element("downloadUrl", url)
        + "</mediaFile>"
        for name, content, url in files
    )
    return _document("manifest", FILES_NS, inner)


def spoken_answer(message: str) -> bytes:
    """Return an answer whose words the phone shows."""
    return _document("OpenRosaResponse", ANSWER_NS, _element("message", message))


def _document(root: str, namespace: str, inner: str) -> bytes:
    head = "<?xml version='1.0' encoding='UTF-8'?>\n"
    return f'{head}<{root} xmlns="{namespace}">{inner}</{root}>'.encode()


def list_of(name: str, agreement: Agreement) -> bytes | None:
    """Return a list the form chooses from, always the same bytes; None for another name."""
    if name == "places.csv":
        return _places(gazetteer_mark(""))
    if name == "parties.csv":
        return _table((party.code, party.name) for party in parties_of(agreement.pk))
    return None


@cache
def _places(mark: str) -> bytes:
    """Return every place by its key, official spellings first; kept until a name changes."""
    rows = []
    for listed in gazetteer():
        place = listed.place
        spelt = " / ".join(filter(None, (place.label, place.official)))
        rows.append((place.key, spelt))
    return _table(sorted(rows, key=lambda row: (row[1], row[0])))


def _table(rows: Iterable[tuple[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("name", "label"))
    writer.writerows(rows)
    return out.getvalue().encode()
