"""Doors of messages: a modem's hook, a gateway's webhook. Signed, or there is no such door.

The number of a sender is hashed at once and goes no further. Nothing is answered to whoever wrote:
an answer on a phone that was seized harms them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from reports.agreement.queries import agreement_by_slug, agreements
from reports.channels.actions import Incoming, take_message
from reports.channels.queries import Line, number_hash
from reports.lines.floip import MEDIA_TYPE, read_rows
from reports.lines.limits import is_too_often
from reports.problems import Problem

FRESH_S = 300  # seconds a signature with a time holds
BODY_MOST = 64 * 1024  # bytes
A_MINUTE = 600  # messages of one door
TIME_DIGITS = 10  # a time with fewer does not name its day and its minute
NUMBERS = re.compile(r'"number"\s*:\s*"[^"]*"?|\+\d[\d ().-]{5,}\d|\d{7,}')
Came = Incoming | Sequence[Incoming]
Read = Callable[[HttpRequest, str], "Came | None"]


def signed_hook(name: str, told: Callable[[], HttpResponse]) -> Callable[[Read], Any]:
    """Wrap a reader of signed requests as a door; without a secret there is none."""

    def wrap(read: Read) -> Any:
        @csrf_exempt
        @wraps(read)
        def door(request: HttpRequest) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            secret = settings.HOOKS.get(name, "")
            if not secret:
                return HttpResponse(status=404)
            if int(request.headers.get("Content-Length") or 0) > BODY_MOST:
                return HttpResponse(status=413)
            try:
                incoming = read(request, secret)
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
                return HttpResponse(status=400)
            if incoming is None:
                return HttpResponse(status=403)
            if is_too_often(f"hook:{name}", A_MINUTE):
                return HttpResponse(status=429, headers={"Retry-After": "60"})
            return _taken(incoming, told)

        return door

    return wrap


def _taken(came: Came, told: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        slug = settings.HOOK_AGREEMENT
        agreement = agreement_by_slug(slug) if slug else agreements()[0]
        for incoming in [came] if isinstance(came, Incoming) else came:
            take_message(incoming=incoming, agreement=agreement, by=None, at=timezone.now())
    except (Problem, IndexError):
        return HttpResponse(status=503)  # the gateway tries again; nothing is lost
    return told()


def nothing() -> HttpResponse:
    """Answer that it was taken, and nothing else."""
    return HttpResponse(status=204)


def no_reply() -> HttpResponse:
    """Answer in Twilio's language that nothing is to be sent back."""
    return HttpResponse("<Response/>", content_type="text/xml; charset=utf-8")


def _instant(text: str) -> datetime | None:
    """Return when it was, or None for what cannot be read."""
    if text.isdecimal():  # seconds or milliseconds: some of them pass for a date of long ago
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def is_signed(request: HttpRequest, secret: str) -> bool:
    """Answer whether a body and its time bear the signature of whoever holds the secret."""
    stamp = request.headers.get("X-Timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > FRESH_S:
        return False
    wanted = hmac.new(secret.encode(), f"{stamp}.".encode() + request.body, hashlib.sha256)
    return constant_time_compare(wanted.hexdigest(), request.headers.get("X-Signature", ""))


@signed_hook("sms", nothing)
def sms_hook(request: HttpRequest, secret: str) -> Incoming | None:
    """Read what a modem's program posts: JSON, with a time and a signature over both.

    What bears the signature is a message, however badly it is made.
    """
    if not is_signed(request, secret):
        return None
    body = _posted(request)
    text, sent = str(body["text"]), str(body.get("sent") or "")
    return Incoming(
        line=Line.SMS,
        sender=number_hash(str(body.get("number") or "")),
        text=text,
        raw=text.encode("utf-8", "surrogatepass"),
        sent=sent if sum(c.isdecimal() for c in sent) >= TIME_DIGITS else "",
        claimed_at=_instant(sent),
    )


def _posted(request: HttpRequest) -> dict[str, Any]:
    """Return a body with a text; one nobody can read is a text itself, without its numbers.

    What follows the name of the text comes first: there the code word is looked for.
    """
    written = request.body.decode("utf-8", "replace")
    try:
        body = json.loads(written, strict=False)
    except (ValueError, RecursionError):
        body = {name: values[0] for name, values in parse_qs(written).items()}
    if isinstance(body, dict) and body.get("text") is not None:
        return body
    before, _name, words = NUMBERS.sub("…", written).rpartition('"text":')
    return {"text": f"{words}\n{before}"}


def twilio_signature(secret: str, url: str, given: Mapping[str, str]) -> str:
    """Return the signature of a form: over the public address and the sorted fields."""
    said = url + "".join(f"{name}{given[name]}" for name in sorted(given))
    return base64.b64encode(
        hmac.new(secret.encode(), said.encode(), hashlib.sha1).digest()
    ).decode()


@signed_hook("twilio", no_reply)
def twilio_hook(request: HttpRequest, secret: str) -> Incoming | None:
    """Read what a gateway like Twilio posts; `From` is believed no more than any number."""
    url = settings.PUBLIC_URL + request.get_full_path()
    if not settings.PUBLIC_URL:
        url = request.build_absolute_uri()
    given = {name: request.POST[name] for name in request.POST}
    wanted = twilio_signature(secret, url, given)
    if not constant_time_compare(wanted, request.headers.get("X-Twilio-Signature", "")):
        return None
    text = given["Body"]
    return Incoming(
        line=Line.GATEWAY,
        sender=number_hash(given["From"]),
        text=text,
        raw=text.encode(),
        sent=given.get("MessageSid", ""),
    )


def no_words() -> HttpResponse:
    """Answer a flow that it goes on, and nothing else."""
    return JsonResponse({})


@signed_hook("rapidpro", no_words)
def rapidpro_hook(request: HttpRequest, secret: str) -> Came | None:
    """Read what a flow of RapidPro or TextIt posts, or rows of FLOIP; no contact's name is kept."""
    if not constant_time_compare(secret, request.headers.get("X-Webhook-Secret", "")):
        return None
    if request.content_type == MEDIA_TYPE:
        return read_rows(request.body)
    if request.content_type == "application/x-www-form-urlencoded":  # its older form
        number, text, raw = request.POST["phone"], request.POST["text"], b""
    else:
        body = json.loads(request.body)
        number = str(body["contact"].get("urn") or "").partition(":")[2]
        results = body["results"]
        text = "\n".join(str(one.get("value") or "") for one in results.values())
        raw = json.dumps(results, ensure_ascii=False).encode("utf-8", "replace")
    sent = request.headers.get("X-Message-Id", "")
    return Incoming(
        line=Line.GATEWAY,
        sender=number_hash(number),
        text=text,
        raw=raw or text.encode(),
        sent=sent,
        answers=bool(raw),
    )
