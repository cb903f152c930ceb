"""What every door of the API does alike, by the committed document; no door does it by itself.

Unknown names in the address are refused; `fields` leaves out what was not asked for; a list says in
`Link` what its body says of its neighbours; an answer carries a validator and is not sent again to
who has it; what will go is announced; a machine's POST is done once (reports/repeats).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags
from django.utils.translation import gettext as _
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reports.api.document.operations import Operation, operation_at
from reports.api.once import once
from reports.api.parameters import UnknownParameter
from reports.api.values import is_one_of, words_for
from reports.api.versions import read_at
from reports.problems import Problem

CHANGES = "/api/v1/schema"
EXPANDED = "expanded"  # what `expand` asked for, in every row
View = Callable[..., HttpResponseBase]


class _WhateverIsAsked(DefaultContentNegotiation):
    """A refusal is a problem document, also to who asked for a table."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """Return the first."""
        return renderers[0], renderers[0].media_type


class Refusal(APIView):
    """Answers with one problem, in the form of every other."""

    content_negotiation_class = _WhateverIsAsked
    authentication_classes = []
    permission_classes = [AllowAny]
    problem: Problem | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse before anything is looked at."""
        super().initial(request, *args, **kwargs)
        if self.problem is not None:
            raise self.problem

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Exist, so that the refusal is not one of the method."""
        return Response(status=204)

    post = put = patch = delete = head = options = get


def refused(request: HttpRequest, problem: Problem) -> HttpResponseBase:
    """Return the answer that a problem gives."""
    return Refusal.as_view(problem=problem)(request)


class Conventions:
    """The middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through; the work is done around the door."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse names the door does not know; do a machine's POST once."""
        operation = _asked(request)
        if operation is None:
            return None
        if problem := _unknown(request, operation):
            return refused(request, problem)
        if operation.once:
            return once(request, view, kwargs, operation, refused)
        return None

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        """Shape the answer before it is written."""
        operation = _asked(request)
        if operation is None or not isinstance(response, Response):
            return response
        announce(operation, response)
        if request.method in ("GET", "HEAD") and response.status_code == 200:
            _shape(request, operation, response)
        keep_private(response)
        return response


def _asked(request: HttpRequest) -> Operation | None:
    match = request.resolver_match
    method = "GET" if request.method == "HEAD" else str(request.method)
    return operation_at(match.route, method) if match is not None else None


def _unknown(request: HttpRequest, operation: Operation) -> Problem | None:
    wrong = {
        name: [_("This name is not known here.")] for name in set(request.GET) - operation.names
    }
    wrong |= {
        name: [words_for(operation.values[name])]
        for name, given in request.GET.items()
        if name in operation.values and not is_one_of(operation.values[name], str(given))
    }
    if not wrong and "fields" in request.GET:
        asked = set(request.GET["fields"].split(","))
        if asked - operation.fields:
            words = _("Choose among: %(names)s.") % {"names": ", ".join(sorted(operation.fields))}
            wrong["fields"] = [words]
    return UnknownParameter(errors=dict(sorted(wrong.items()))) if wrong else None


def announce(operation: Operation, response: Any) -> None:
    """Say in the headers that an operation will go, and when (RFC 9745, RFC 8594)."""
    if operation.deprecated_on is None or operation.sunset_on is None:
        return
    day, last = (
        datetime(one.year, one.month, one.day, tzinfo=UTC)
        for one in (operation.deprecated_on, operation.sunset_on)
    )
    response["Deprecation"] = f"@{int(day.timestamp())}"
    response["Sunset"] = http_date(last.timestamp())
    response["Link"] = _joined(response, f'<{CHANGES}>; rel="deprecation"')


def keep_private(response: Any) -> None:
    """Let no cache keep what only whoever asks may read; a browser's on a seized phone least."""
    patch_vary_headers(response, ["Authorization", "Cookie"])
    if "Cache-Control" in response:
        return
    asked = response.renderer_context["request"]
    if asked.auth is not None:
        response["Cache-Control"] = "private, no-cache"
    else:
        person = asked.user.is_authenticated
        response["Cache-Control"] = "private, no-store" if person else "no-cache"


def _joined(response: Any, link: str) -> str:
    return f"{response['Link']}, {link}" if "Link" in response else link


def _shape(request: HttpRequest, operation: Operation, response: Response) -> None:
    data = response.data
    if isinstance(data, dict):
        if "Link" not in response or 'rel="next"' not in response["Link"]:
            for name, rel in (("next", "next"), ("previous", "prev")):
                if isinstance(data.get(name), str):
                    response["Link"] = _joined(response, f'<{data[name]}>; rel="{rel}"')
        if "fields" in request.GET and response.accepted_renderer.format == "json":
            beside = {EXPANDED} if "expand" in request.GET else set()
            response.data = data = _only(data, set(request.GET["fields"].split(",")) | beside)
    print_ = validator(data, response.accepted_renderer.format)
    own = response.get("ETag")
    response["ETag"] = f'W/"{print_}"' if own is None else read_at(own, print_)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    tags = {tag.removeprefix("W/") for tag in known}
    if response["ETag"].removeprefix("W/") in tags or "*" in tags:
        response.status_code, response.data = 304, None


def _only(data: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    if isinstance(data.get("results"), list):
        rows = [{k: v for k, v in row.items() if k in wanted} for row in data["results"]]
        return {**data, "results": rows}
    return {name: value for name, value in data.items() if name in wanted}


def validator(data: Any, shown_as: str = "json") -> str:
    """Return 16 hex digits: what the answer says, without the instant at which it says it."""
    said = _timeless(data) if shown_as == "json" else [shown_as, _timeless(data)]
    raw = json.dumps(said, default=str, sort_keys=True).encode()
    return hashlib.sha256(raw).hexdigest()[:16]


def _timeless(data: Any) -> Any:
    if isinstance(data, dict):
        return {k: _timeless(v) for k, v in data.items() if k != "as_of"}
    if isinstance(data, list):
        return [_timeless(one) for one in data]
    return data
