"""A machine's POST is done once: the same key with the same request gets the same answer again.

The key is kept with the action, in one transaction: either both are there or neither. Refusals are
not kept, for nothing was done; the same key may be used again after one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException

from reports.api.document.finishing import IDEMPOTENCY_KEY
from reports.api.document.operations import Operation
from reports.api.limits import count
from reports.people.queries import User
from reports.problems import Problem
from reports.repeats.actions import Answer, keep_answer
from reports.repeats.queries import answer_kept, fingerprint_of, is_free

PLAIN = re.compile(r"[!-~]{1,255}", re.ASCII)  # what a key is made of
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Cache-Control")
NEVER_KEPT = "no-store"  # what an answer says that holds a secret
Refuse = Callable[[HttpRequest, Problem], HttpResponseBase]


class KeyNeeded(Problem):
    """Raised for a machine's POST that does not say by which key a repetition is known."""

    code = "idempotency-key-needed"
    status = 400
    title = gettext_lazy("Send an Idempotency-Key, new for each new request")


class KeyUnreadable(Problem):
    """Raised for a key that is empty, too long or not plain."""

    code = "idempotency-key-unreadable"
    status = 400
    title = gettext_lazy("An Idempotency-Key is 1 to 255 plain characters")


class UnderWay(Problem):
    """Raised while the first request with this key is still being answered."""

    code = "request-under-way"
    status = 409
    title = gettext_lazy("The first request with this key is still under way")


class DoneBefore(Problem):
    """Raised where a request was done, and what it was answered is no longer kept."""

    code = "request-done-before"
    status = 409
    title = gettext_lazy("This was done already; read what came of it at its own address")


class TooLong(Problem):
    """Raised for a body that is not read to its end."""

    code = "too-large"
    status = 413
    title = gettext_lazy("The body is too large")


class KeyReused(Problem):
    """Raised where a key comes again with another request."""

    code = "idempotency-key-reused"
    status = 422
    title = gettext_lazy("This Idempotency-Key was used for another request")


def once(
    request: HttpRequest,
    view: Any,
    kwargs: dict[str, Any],
    operation: Operation,
    refused: Refuse,
) -> HttpResponseBase | None:
    """Do what is asked, or answer as before; None where the door shall do it the plain way."""
    user = _machine(request, view, kwargs)
    if user is None:
        return None
    try:
        count(request, user)
        key = _key(request, operation)
        if key is None:
            return None
        return _done_once(request, view, kwargs, user, key)
    except Problem as problem:
        return refused(request, problem)


def _machine(request: HttpRequest, view: Any, kwargs: dict[str, Any]) -> User | None:
    """Return whose machine asks, by the door's own authentication; None for a person or nobody."""
    door = view.cls(**view.initkwargs)
    door.args, door.kwargs = (), kwargs
    door.request = asked = door.initialize_request(request, **kwargs)
    try:
        user, auth = asked.user, asked.auth
        door.check_permissions(asked)
    except (APIException, Problem):
        return None  # the door will say so
    return user if auth is not None else None


def _key(request: HttpRequest, operation: Operation) -> str | None:
    given = request.headers.get(IDEMPOTENCY_KEY)
    if given is None:
        if operation.key_needed:
            raise KeyNeeded()
        return None
    key = given.strip().removeprefix('"').removesuffix('"')
    if not PLAIN.fullmatch(key):
        raise KeyUnreadable()
    return key


def _done_once(
    request: HttpRequest, view: Any, kwargs: dict[str, Any], user: User, key: str
) -> HttpResponseBase:
    said = f"{request.method} {request.get_full_path()}\n{request.headers.get('If-Match', '')}\n"
    try:
        print_ = fingerprint_of(user, key, said.encode() + request.body)
    except RequestDataTooBig as error:
        raise TooLong() from error
    with transaction.atomic():
        if not is_free(user, key):
            raise UnderWay()
        kept = answer_kept(user, key)
        if kept is not None:
            if kept.fingerprint != print_:
                raise KeyReused(_("Use a new key for a new request."))
            if kept.answer is None:
                raise DoneBefore(_("Nothing was done a second time."))
            return _again(kept.answer)
        response = view(request, **kwargs)
        if hasattr(response, "render"):
            response = response.render()
        if 200 <= response.status_code < 300 and not response.streaming:
            answer = _kept(response)
            keep_answer(answer=answer, fingerprint=print_, key=key, by=user, at=timezone.now())
        return response


def _kept(response: Any) -> Answer | None:
    if NEVER_KEPT in response.get("Cache-Control", ""):
        return None
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return Answer(response.status_code, headers, response.content.decode())


def _again(kept: Answer) -> HttpResponse:
    answer = HttpResponse(kept.body, status=kept.status, headers=kept.headers)
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    answer["Idempotent-Replayed"] = "true"
    return answer
