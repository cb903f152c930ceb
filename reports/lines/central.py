"""Five doors as ODK Central has them (and one that says a token is good), for tools
that read it (pyodk): what one's own phones sent.

A key is the account: its prefix the name, the rest the password. What it opens is read, nothing is
written; whoever asks sees what their own phones sent. Not in the API's document: the protocol is
Central's, kept for tools that speak it already. Whoever writes a client uses /api/v1.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from reports.keys.actions import count_request, lend_token, note_key_use
from reports.keys.queries import KeyInHand, key_in_hand
from reports.keys.rules import TOKEN_LIFETIME, QuotaLane
from reports.openrosa.forms import FORM_ID, present_form
from reports.openrosa.queries import filed_under, own_submissions
from reports.openrosa.refusals import TooOften
from reports.openrosa.table import NOBODY, submission_meta, submission_row
from reports.problems import Invalid, NotAllowed, NotFound, Problem

SCOPE = "reports:read"
ROWS_MOST = 1_000  # of one answer; what follows has its address in it
BODY_MOST = 4_096  # bytes
ASKED = {"$top", "$skip", "$count", "$expand"}
View = Callable[..., Any]


class NoKey(Problem):
    """Raised for a key or token that is not known, has expired or was revoked."""

    code = "not-signed-in"
    status = 401
    title = gettext_lazy("This key is not known, has expired or was revoked.")


def speaks_central(method: str) -> Callable[[View], View]:
    """Wrap a door: no session, no form token, answers and refusals as Central words them."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != method:
                return HttpResponseNotAllowed([method])
            try:
                answer = JsonResponse(view(request, *args, **kwargs), safe=False)
            except Problem as problem:
                status = 400 if problem.status == 422 else problem.status
                told = {"message": problem.detail, "code": status + 0.1}
                answer = JsonResponse(told, status=status)
            answer["Cache-Control"] = "no-store"
            return answer

        return answering

    return wrap


def _counted(request: HttpRequest, found: KeyInHand | None, lane: str, at: datetime) -> KeyInHand:
    """Count a request of a key. Errors: NoKey, NotAllowed, TooOften."""
    if found is None:
        raise NoKey()
    counts = count_request(user=found.user, lane=lane, at=at)
    request.quota = counts  # type: ignore[attr-defined]
    if any(one.over for one in counts):
        raise TooOften()
    note_key_use(key=found.key, at=at)
    if SCOPE not in found.key.scopes:
        raise NotAllowed(f"This key lacks the scope {SCOPE}.")
    return found


def _reader(request: HttpRequest, at: datetime) -> KeyInHand:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    known = scheme.lower() == "bearer" and token.isprintable() and token.isascii()
    found = key_in_hand(token, at=at) if known and token else None
    return _counted(request, found, QuotaLane.READ, at)


@speaks_central("POST")
def sessions_door(request: HttpRequest) -> dict[str, str]:
    """Lend a token that reads, and ends within minutes, to whoever holds a key."""
    at = timezone.now()
    length = request.headers.get("Content-Length") or "0"
    try:
        if not length.isdecimal() or int(length) > BODY_MOST:
            raise ValueError
        body = json.loads(request.body)
        token = f"{body['email']}.{body['password']}"
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Invalid("Name and password are the two halves of a key.") from error
    good = token.isprintable() and token.isascii() and token.count(".") == 1
    found = _counted(request, key_in_hand(token, at=at) if good else None, QuotaLane.TOKEN, at)
    lent = secrets.token_urlsafe(32)
    lifetime = min(TOKEN_LIFETIME, found.key.expires_at - at)
    lend_token(key=found.key, token=lent, scopes=[SCOPE], lifetime=lifetime, at=at)
    return {
        "token": lent,
        "createdAt": at.isoformat(),
        "expiresAt": (at + lifetime).isoformat(),
    }


@speaks_central("GET")
def holder_door(request: HttpRequest) -> dict[str, Any]:
    """Say that a token is good still: tools that kept one ask before they use it."""
    _reader(request, timezone.now())
    return {"id": NOBODY}


@speaks_central("GET")
def projects_door(request: HttpRequest) -> list[dict[str, Any]]:
    """List the agreements under which one may file."""
    at = timezone.now()
    found = filed_under(_reader(request, at).user, at=at)
    return [
        {"id": number, "name": one.title, "createdAt": began.isoformat(), "archived": False}
        for number, one, began in found
    ]


def _project(request: HttpRequest, project: int, at: datetime) -> tuple[KeyInHand, Any]:
    """Return who asks, and the agreement; NotFound alike for none and for another's."""
    reader = _reader(request, at)
    for number, agreement, _began in filed_under(reader.user, at=at):
        if number == project:
            return reader, agreement
    raise NotFound()


@speaks_central("GET")
def project_forms_door(request: HttpRequest, project: int) -> list[dict[str, Any]]:
    """List the one form."""
    _project(request, project, timezone.now())
    form = present_form()
    made = datetime.strptime(f"{form.version[:8]} +0000", "%Y%m%d %z").isoformat()
    return [
        {
            "projectId": project,
            "xmlFormId": form.form_id,
            "name": form.form_id,
            "version": form.version,
            "hash": form.md5.removeprefix("md5:"),
            "state": "open",
            "createdAt": made,
            "publishedAt": made,
            "updatedAt": None,
            "enketoId": None,
            "keyId": None,
        }
    ]


@speaks_central("GET")
def form_submissions_door(request: HttpRequest, project: int, form_id: str) -> list[dict[str, Any]]:
    """List what one's own phones sent, without the answers; beyond a thousand the table alone."""
    rows, in_all = _own(request, project, form_id, 0, ROWS_MOST, answers=False)
    if in_all > ROWS_MOST:
        raise Invalid("There are more than this list holds: the table has them in pages.")
    return [submission_meta(one) for one in rows]


@speaks_central("GET")
def table_door(request: HttpRequest, project: int, form_id: str) -> dict[str, Any]:
    """Return what one's own phones sent, as a table of OData."""
    unknown = set(request.GET) - ASKED
    if unknown or request.GET.get("$expand", "*") != "*":
        raise Invalid("Only $top, $skip, $count and $expand=* are answered here.")
    skip, most = _whole(request, "$skip", 0), _whole(request, "$top", ROWS_MOST)
    most = min(most, ROWS_MOST)
    rows, in_all = _own(request, project, form_id, skip, most, answers=True)
    whole = "$expand" in request.GET
    here = request.build_absolute_uri(request.path)
    table: dict[str, Any] = {
        "value": [submission_row(one, whole=whole) for one in rows],
        "@odata.context": f"{here.rpartition('/')[0]}/$metadata#Submissions",
    }
    if request.GET.get("$count") in ("true", "True"):
        table["@odata.count"] = in_all
    if rows and skip + len(rows) < in_all:
        more = request.GET.copy()
        more["$skip"], more["$top"] = str(skip + len(rows)), str(most)
        table["@odata.nextLink"] = f"{here}?{more.urlencode(safe='$*')}"
    return table


def _own(
    request: HttpRequest, project: int, form_id: str, skip: int, most: int, *, answers: bool
) -> tuple[list[Any], int]:
    at = timezone.now()
    reader, agreement = _project(request, project, at)
    if form_id != FORM_ID:
        raise NotFound()
    return own_submissions(reader.user, agreement, at=at, skip=skip, most=most, answers=answers)


def _whole(request: HttpRequest, name: str, otherwise: int) -> int:
    given = request.GET.get(name, str(otherwise))
    if not (given.isascii() and given.isdecimal() and len(given) <= 9):
        raise Invalid("A number of rows is a whole number.")
    return int(given)
