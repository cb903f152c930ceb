"""How the API reads bodies and words its refusals: RFC 9457 problem details, always."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import set_rollback

from reports.problems import Problem

PROBLEM_JSON = "application/problem+json"
BODY_MOST = 256 * 1024  # bytes; a report is a few thousand


class TooLarge(exceptions.APIException):
    """Raised for a body beyond BODY_MOST."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too-large"
    default_detail = "The body is larger than 256 KB."


class BoundedJSONParser(JSONParser):
    """JSON of a bounded size and depth: what cannot be read is a 400, never a crash."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the parsed body; JSON is UTF-8, whatever the header calls it (RFC 8259)."""
        raw = stream.read(BODY_MOST + 1)
        if len(raw) > BODY_MOST:
            raise TooLarge
        try:
            data = super().parse(BytesIO(raw), media_type, {"encoding": "utf-8"})
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise exceptions.ParseError("JSON parse error - nested too deep") from error
        except UnicodeEncodeError as error:
            raise exceptions.ParseError("JSON parse error - half a character") from error
        return data


def problem_response(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return any refusal as problem+json; None for what is our own fault (a 500)."""
    body, headers = _body(exc)
    if body is None:
        return None
    set_rollback()
    response = Response(body, status=body["status"], headers=headers)
    response.content_type = PROBLEM_JSON
    return response


def _body(exc: Exception) -> tuple[dict[str, Any] | None, dict[str, str]]:
    if isinstance(exc, Problem):
        return _of_problem(exc), {}
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None, {}
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return _of_framework(exc), headers


def _of_problem(problem: Problem) -> dict[str, Any]:
    found = problem.errors.items()
    return _problem(
        problem.code,
        problem.status,
        str(problem.title),
        problem.detail,
        [{"pointer": pointer_to(name), "detail": text} for name, texts in found for text in texts],
    )


def _of_framework(exc: exceptions.APIException) -> dict[str, Any]:
    code = str(exc.get_codes()) if isinstance(exc.detail, str) else "invalid"
    if isinstance(exc, exceptions.ValidationError):
        errors = list(_flat(exc.detail, ""))
        unknown = any(error.get("code") == "unknown-field" for error in errors)
        number = 400 if unknown else 422
        title = _("The body has a field this door does not know") if unknown else ""
        named = [{k: v for k, v in error.items() if k != "code"} for error in errors]
        return _problem(
            "unknown-field" if unknown else "invalid",
            number,
            title or _("Some answers need another look"),
            named[0]["detail"] if len(named) == 1 else "",
            named,
        )
    title = HTTPStatus(exc.status_code).phrase
    return _problem(code.replace("_", "-"), exc.status_code, title, str(exc.detail), [])


def _flat(detail: Any, pointer: str) -> Any:
    """Yield every message of nested validation errors with its JSON pointer."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = pointer if name == "non_field_errors" else f"{pointer}{pointer_to(str(name))}"
            yield from _flat(inner, here)
    elif isinstance(detail, list) and detail and all(isinstance(one, Mapping) for one in detail):
        for place, inner in enumerate(detail):
            yield from _flat(inner, f"{pointer}/{place}")
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flat(inner, pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail), "code": getattr(detail, "code", "")}


def pointer_to(name: str) -> str:
    """Return a name as a JSON pointer (RFC 6901); a pointer stays as it is."""
    if name.startswith("/") or not name:
        return name
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _problem(
    code: str, number: int, title: str, detail: str, errors: list[dict[str, str]]
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:cvr:problem:{code}",
        "title": str(title),
        "status": number,
        "code": code,
    }
    if detail and detail != title:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return body
