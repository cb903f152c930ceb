"""Door of instruments: one signed reading at a time; what it says is kept, and decides nothing."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from reports.agreement.queries import agreement_by_slug, agreements
from reports.lines.hooks import A_MINUTE, BODY_MOST, is_signed
from reports.lines.limits import is_too_often
from reports.problems import Problem
from reports.sensors.actions import record_observations
from reports.sensors.queries import instrument_source
from reports.sensors.rules import NoReading, Reading, checked

KINDS = ("sound", "camera")


@csrf_exempt
def sensor_hook(request: HttpRequest) -> HttpResponse:
    """Take one reading of an instrument we know."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    secret = settings.HOOKS.get("sensors", "")
    if not secret:
        return HttpResponse(status=404)
    if int(request.headers.get("Content-Length") or 0) > BODY_MOST:
        return HttpResponse(status=413)
    if not is_signed(request, secret):
        return HttpResponse(status=403)
    if is_too_often("hook:sensors", A_MINUTE):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    try:
        body = json.loads(request.body)
        source = instrument_source(str(body["asset"]))
        reading = _reading(body, request.body)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return HttpResponse(status=400)
    if source is None:
        return HttpResponse(status=403)
    slug = settings.HOOK_AGREEMENT
    try:
        agreement = agreement_by_slug(slug) if slug else agreements()[0]
        record_observations(
            agreement=agreement, source=source, readings=[reading], by=None, at=timezone.now()
        )
    except (Problem, IndexError):
        return HttpResponse(status=503)
    return HttpResponse(status=204)


def _reading(body: dict[str, Any], raw: bytes) -> Reading:
    """Return a reading of its body. Errors: NoReading, and those of a body that is none."""
    kind = str(body["instrument"])
    if kind not in KINDS:
        raise NoReading("no such instrument")
    numbers = {
        name: float(body[name])
        for name in ("lat", "lon", "radius_m", "bearing_deg", "clock_error_s")
        if body.get(name) is not None
    }
    chain = tuple(str(link)[:80] for link in body.get("origin_chain", []))
    return checked(
        Reading(
            instrument=kind,
            begins=datetime.fromisoformat(str(body["from"])),
            ends=datetime.fromisoformat(str(body["until"])),
            raw=raw,
            likelihood=str(body.get("likelihood", "")),
            product=str(body.get("product", "")),
            origin_chain=chain or (hashlib.sha256(str(body["asset"]).encode()).hexdigest()[:16],),
            **numbers,
        )
    )
