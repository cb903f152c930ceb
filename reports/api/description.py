"""The door of the OpenAPI document: the committed one, which the gate keeps true."""

from __future__ import annotations

import hashlib
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from reports.api.document.written import DOCUMENT

MEDIA = "application/vnd.oai.openapi+json;version=3.1"


@cache
def _bytes() -> tuple[bytes, str]:
    raw = DOCUMENT.read_bytes()
    return raw, f'"{hashlib.sha256(raw).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=lambda request: _bytes()[1])
def schema_door(request: HttpRequest) -> HttpResponse:
    """Answer with the document."""
    headers = {"Cache-Control": "public, max-age=300"}
    return HttpResponse(_bytes()[0], content_type=MEDIA, headers=headers)
