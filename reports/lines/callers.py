"""Which phone asks: by the token in its address, or by its answer to a challenge."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from reports.lines.limits import is_too_often
from reports.lines.spoken import NotSignedIn
from reports.openrosa.actions import note_use, spend_nonce
from reports.openrosa.digest import is_fresh, is_right, read_response, unsealed
from reports.openrosa.queries import Phone, phone_by_name, phone_by_token
from reports.openrosa.refusals import TooOften

MOST_A_MINUTE = 240  # a first fetch and a hundred posts come to half of it
TRIES_A_MINUTE = 20  # wrong answers to a challenge, of one name


def caller(request: HttpRequest, project: int, token: str, *, at: datetime) -> Phone:
    """Return the phone that asks. Errors: NotFound, NotSignedIn, TooOften."""
    by_path = phone_by_token(token, project, at=at) if token else None
    phone = by_path or _by_challenge(request, project, at)
    if is_too_often(f"phone:{phone.pk}", MOST_A_MINUTE):
        raise TooOften()
    note_use(phone=phone, at=at)
    return phone


def _by_challenge(request: HttpRequest, project: int, at: datetime) -> Phone:
    given = read_response(request.headers.get("Authorization", ""))
    if given is None:
        raise NotSignedIn()
    phone = phone_by_name(given.username, project, at=at)
    ha1 = unsealed(phone.sealed) if phone is not None else ""
    right = is_right(given, ha1, method=request.method or "", path=request.path)
    if phone is None or not right:
        if is_too_often(f"digest:{given.username[:40]}", TRIES_A_MINUTE):
            raise TooOften()
        raise NotSignedIn()
    if not is_fresh(given.nonce) or not spend_nonce(digest=given.spends(), at=at):
        raise NotSignedIn(stale=True)
    return phone
