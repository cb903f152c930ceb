"""Answers as OpenRosa clients read them: text/xml, with the headers they look for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from reports.openrosa.digest import challenge
from reports.openrosa.listing import spoken_answer
from reports.openrosa.refusals import TooLargeToTake, Unreadable
from reports.openrosa.rules import FILES_MOST, POST_MOST
from reports.problems import Invalid, Problem

XML = "text/xml; charset=utf-8"
View = Callable[..., HttpResponse]


class NotSignedIn(Problem):
    """Raised for a phone that has yet to answer a challenge, or answered it wrongly."""

    code = "not-signed-in"
    status = 401

    def __init__(self, *, stale: bool = False) -> None:
        super().__init__()
        self.stale = stale


def xml_answer(content: bytes, status: int = 200) -> HttpResponse:
    """Return an answer with what every OpenRosa client looks for; nobody keeps a copy."""
    answer = HttpResponse(content, status=status, content_type=XML)
    answer["X-OpenRosa-Version"] = "1.0"
    answer["X-OpenRosa-Accept-Content-Length"] = str(POST_MOST)
    answer["Cache-Control"] = "no-store"
    return answer


def said(message: str, status: int) -> HttpResponse:
    """Return an answer in words."""
    return xml_answer(spoken_answer(message), status)


def speaks_openrosa(*methods: str) -> Callable[[View], View]:
    """Wrap a door: no session, no form token, and every refusal as XML with its reason."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                answer = view(request, *args, **kwargs)
            except TooManyFilesSent:
                words = _("A report takes at most %(most)d files.") % {"most": FILES_MOST}
                answer = said(words, 400)
            except RequestDataTooBig:
                answer = said(str(TooLargeToTake.title), 413)
            except (MultiPartParserError, UnreadablePostError, SuspiciousOperation):
                answer = said(str(Unreadable.title), 400)
            except Problem as problem:
                answer = _refused(problem)
            if request.method == "HEAD":
                answer.content = b""
            return answer

        return answering

    return wrap


def _refused(problem: Problem) -> HttpResponse:
    words = [problem.detail]
    if isinstance(problem, Invalid):
        words += [text for texts in problem.errors.values() for text in texts]
    # A client reads 2xx as success and 401 as a question; 422 is not in its vocabulary.
    answer = said(" ".join(words), 400 if problem.status == 422 else problem.status)
    if isinstance(problem, NotSignedIn):
        answer = xml_answer(b"", 401)
        answer["WWW-Authenticate"] = challenge(stale=problem.stale)
    if problem.status == 429:
        answer["Retry-After"] = "60"
    return answer
