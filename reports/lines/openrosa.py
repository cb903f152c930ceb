"""Doors of phones: the list of forms, the form, what it needs, and where it is sent.

The same under a token in the path and under a challenge. No session is asked, nothing says which
phone sent what, and neither its address nor the app's name is kept.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.evidence.uploads import MoreUploads, is_too_large
from reports.lines.callers import caller
from reports.lines.spoken import said, speaks_openrosa, xml_answer
from reports.openrosa.actions import take_submission
from reports.openrosa.forms import form_of, present_form
from reports.openrosa.listing import LISTS, form_list, list_of, manifest
from reports.openrosa.queries import Phone
from reports.openrosa.reading import read_filled
from reports.openrosa.refusals import TooLargeToTake, Unreadable
from reports.openrosa.rules import BODY_MOST
from reports.problems import NotFound

FORM_PART = "xml_submission_file"
LOOK = ("GET", "HEAD")


def _address(request: HttpRequest, name: str, project: int, token: str, *args: Any) -> str:
    """Return the address of a door beside this one: by token, or by challenge."""
    way, first = ("phone", (token, project)) if token else ("digest", (project,))
    return request.build_absolute_uri(reverse(f"{way}-{name}", args=(*first, *args)))


@speaks_openrosa(*LOOK)
def forms_door(request: HttpRequest, project: int, token: str = "") -> HttpResponse:
    """List the form."""
    caller(request, project, token, at=timezone.now())
    form = present_form()
    named = (form.form_id,)
    listed = form_list(
        form,
        name=_("New report"),
        form_url=_address(request, "form", project, token, *named),
        manifest_url=_address(request, "manifest", project, token, *named),
    )
    return xml_answer(listed)


@speaks_openrosa(*LOOK)
def form_door(request: HttpRequest, project: int, form_id: str, token: str = "") -> HttpResponse:
    """Hand out the form, byte for byte as its hash says."""
    caller(request, project, token, at=timezone.now())
    return xml_answer(_form(form_id))


def _form(form_id: str) -> bytes:
    form = form_of(form_id, present_form().version)
    if form is None:
        raise NotFound()
    return form.xml


@speaks_openrosa(*LOOK)
def manifest_door(
    request: HttpRequest, project: int, form_id: str, token: str = ""
) -> HttpResponse:
    """List what the form chooses from."""
    phone = caller(request, project, token, at=timezone.now())
    _form(form_id)
    files = []
    for name in LISTS:
        content = list_of(name, phone.agreement) or b""
        url = _address(request, "file", project, token, form_id, name)
        files.append((name, content, url))
    return xml_answer(manifest(files))


@speaks_openrosa(*LOOK)
def file_door(
    request: HttpRequest, project: int, form_id: str, name: str, token: str = ""
) -> HttpResponse:
    """Hand out a list the form chooses from."""
    phone = caller(request, project, token, at=timezone.now())
    _form(form_id)
    content = list_of(name, phone.agreement)
    if content is None:
        raise NotFound()
    answer = xml_answer(content)
    answer["Content-Type"] = "text/csv; charset=utf-8"
    return answer


@speaks_openrosa("HEAD", "POST")
def submission_door(request: HttpRequest, project: int, token: str = "") -> HttpResponse:
    """Say where forms are sent, or take one."""
    at = timezone.now()
    phone = caller(request, project, token, at=at)
    here = request.build_absolute_uri(request.path)
    if request.method == "HEAD":
        answer = xml_answer(b"", 204)
        answer["Location"] = here
        return answer
    answer = taken(request, phone)
    answer["Location"] = here
    return answer


def taken(request: HttpRequest, phone: Phone) -> HttpResponse:
    """Take a post of a form and its files; parts are told apart by their names."""
    raw, files, too_large = _parts(request)
    result = take_submission(
        filled=read_filled(raw),
        files=files,
        agreement=phone.agreement,
        by=phone.user,
        at=timezone.now(),
        too_large=too_large,
    )
    return said(_("Received: %(receipt)s") % {"receipt": result.submission.report.receipt}, 201)


def _parts(request: HttpRequest) -> tuple[bytes, Mapping[str, IO[bytes]], list[str]]:
    """Return the form, the files and the names of files that were too large.

    Errors: Unreadable, TooLargeToTake (the whole post).
    """
    length = request.headers.get("Content-Length", "0")
    if not length.isdecimal() or int(length) > BODY_MOST:
        raise TooLargeToTake()
    if request.content_type != "multipart/form-data":
        raise Unreadable()
    request.upload_handlers = [MoreUploads(request), *request.upload_handlers[1:]]
    given = {name: request.FILES.getlist(name) for name in request.FILES}
    form = given.pop(FORM_PART, [])
    too_large = [name for name, files in given.items() if is_too_large(files[-1])]
    if form:
        raw = b"".join(form[0].chunks())
    else:
        raw = request.POST.get(FORM_PART, "").encode(errors="replace")
    if not raw:
        raise Unreadable()
    files = {
        name: came[-1].file or io.BytesIO() for name, came in given.items() if name not in too_large
    }
    return raw, files, too_large
