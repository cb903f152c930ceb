"""Versions of records over HTTP: strong ETags out, If-Match in (RFC 9110, RFC 6585)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request

from reports.problems import Problem

NONE_YET = 0  # the version of what does not exist yet
# A version alone, as a write answers it; or with the validator of what was read beside it.
QUOTED = re.compile(r'^"(\d{1,9})(?:-[0-9a-f]{16})?"$')


class VersionMissing(Problem):
    """Raised for a write that does not say which version it was made from."""

    code = "precondition-required"
    status = 428
    title = gettext_lazy("Say in If-Match which version you have read")


class VersionPassed(Problem):
    """Raised for a write made from a version that is not the present one."""

    code = "precondition-failed"
    status = 412
    title = gettext_lazy("This changed since you read it; read it again")


def if_match(of: str, *, needed: bool = True) -> OpenApiParameter:
    """Return how the document describes the header that names the version read."""
    words = f"the ETag of the {of} as it was read"
    example = OpenApiExample("a version", value='"3"')
    return OpenApiParameter(
        "If-Match", str, "header", required=needed, description=words, examples=[example]
    )


def no_version(why: str) -> dict[str, str]:
    """Return what the document says of a write that names no version: why it needs none."""
    return {"x-no-version": why}


def repeatable(why: str) -> dict[str, str]:
    """Return what the document says of a POST that needs no Idempotency-Key."""
    return {"x-repeatable": why}


FIRST_ONE = OpenApiParameter(
    "If-None-Match",
    str,
    "header",
    description="`*` for the first one, which has no version to name",
    examples=[OpenApiExample("the first one", value="*")],
)


def read_at(tag: str, validator: str) -> str:
    """Return the ETag of what was read: its version, for If-Match, and a validator of all of it.

    A version alone is no validator: an answer holds more than the record that it is the version of.
    """
    read = QUOTED.match(tag)
    return f'"{read[1]}-{validator}"' if read is not None else tag


def etag(version: int) -> dict[str, str]:
    """Return the header that names a version."""
    return {"ETag": f'"{version}"'}


def version_seen(request: Request) -> int:
    """Return the version a write was made from; `If-None-Match: *` stands for none yet."""
    if request.headers.get("If-None-Match", "").strip() == "*":
        return NONE_YET
    given = request.headers.get("If-Match")
    if given is None:
        raise VersionMissing(_("Send If-Match with the ETag of what you have read."))
    read = QUOTED.match(given.strip())
    if read is None:
        raise VersionPassed()
    return int(read[1])


def check_version(request: Request, version: int) -> None:
    """Raise VersionPassed unless a write was made from this version."""
    if version_seen(request) != version:
        raise VersionPassed()
