"""A machine's POST is done once: the same key with the same request gets the same answer again.

The key is kept with the action, in one transaction: either both are there or neither. Refusals are
not kept, for nothing was done; the same key may be used again after one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException

from reports.api.document.finishing import IDEMPOTENCY_KEY
from reports.api.document.operations import Operation
from reports.people.queries import User
from reports.problems import Problem
from reports.repeats.actions import Answer, keep_answer
from reports.repeats.queries import answer_kept, is_free

LONGEST = 255  # characters of a key
KEPT_HEADERS = ("Content-Type", "Location", "ETag")
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
    if not 0 < len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        raise KeyUnreadable()
    return key


def _done_once(
    request: HttpRequest, view: Any, kwargs: dict[str, Any], user: User, key: str
) -> HttpResponseBase:
    said = f"{request.method} {request.get_full_path()}\n{request.headers.get('If-Match', '')}\n"
    print_ = hashlib.sha256(said.encode() + request.body).hexdigest()
    with transaction.atomic():
        if not is_free(user, key):
            raise UnderWay()
        kept = answer_kept(user, key)
        if kept is not None:
            if kept.fingerprint != print_:
                raise KeyReused(_("Use a new key for a new request."))
            return _again(kept)
        response = view(request, **kwargs)
        if hasattr(response, "render"):
            response = response.render()
        if 200 <= response.status_code < 300 and not response.streaming:
            headers = {name: response[name] for name in KEPT_HEADERS if name in response}
            answer = Answer(response.status_code, headers, response.content.decode())
            keep_answer(answer=answer, fingerprint=print_, key=key, by=user, at=timezone.now())
        return response


def _again(kept: Any) -> HttpResponse:
    answer = HttpResponse(kept.answer.body, status=kept.answer.status, headers=kept.answer.headers)
    answer["Idempotent-Replayed"] = "true"
    return answer
