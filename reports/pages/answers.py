"""How every page answers a Problem: sign in, not for you, not here, come again, look again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control

from reports.identity import opaque
from reports.people.queries import User
from reports.problems import NotAllowed, NotFound, Problem

UNPROCESSABLE = 422

View = Callable[..., HttpResponse]


def wants_data(request: HttpRequest) -> bool:
    """Answer whether a form was sent by our script, which reads an answer and not a page."""
    return request.headers.get("Accept") == "application/json"


def taken_in(request: HttpRequest, to: str, **facts: Any) -> HttpResponse:
    """Answer a form that was taken in: a script is told the facts, a person led on."""
    if wants_data(request):
        return JsonResponse(facts | {"url": to})
    return redirect(to)


def owner_word(user: User) -> str:
    """Return the word under which a browser keeps what is a person's; nothing is read from it."""
    return opaque(f"outbox:{user.pk}")


def answers_problems(view: View) -> View:
    """Wrap a page so that every Problem it raises becomes the page that says what to do."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return problem_page(request, problem)

    return answering


def signed_in(view: View) -> View:
    """Wrap a page for people with an account: others sign in first. Problems are answered too."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        answer = answers_problems(view)(request, *args, **kwargs)
        if not answer.has_header("Cache-Control"):  # made for one person: kept nowhere
            patch_cache_control(answer, private=True, no_store=True)
        return answer

    return asking


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Return the way to the sign-in page; a script is told that nobody is signed in."""
    if wants_data(request):
        return JsonResponse({"code": "sign-in"}, status=401)
    return redirect_to_login(_path_to_return_to(request))


def asker(request: HttpRequest) -> User:
    """Return the signed-in person; for pages that `signed_in` guards."""
    return cast(User, request.user)


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the page for a problem: what happened, that nothing was changed, what to do next."""
    if wants_data(request):
        told = {"code": problem.code, "title": problem.detail or problem.title}
        return JsonResponse(told | {"errors": problem.errors}, status=problem.status)
    if isinstance(problem, NotFound):
        return render(request, "404.html", status=problem.status)
    if isinstance(problem, NotAllowed):
        if not request.user.is_authenticated:
            return redirect_to_login(_path_to_return_to(request))
        return render(request, "403.html", {"exception": problem.detail}, status=problem.status)
    context = {
        "title": problem.title,
        "detail": problem.detail if problem.detail != problem.title else "",
        "messages_found": [text for found in problem.errors.values() for text in found],
        "stale": problem.status == 409,
        "again_url": _path_to_return_to(request),
    }
    return render(request, "reports/problem.html", context, status=problem.status)


def add_errors(
    form: forms.Form, problem: Problem, names: Mapping[str, str] | None = None
) -> forms.Form:
    """Put a problem's messages on the form's fields; what names no field goes to the summary.

    `names` says which field stands for a name the form spells differently.
    """
    renamed = names or {}
    for name, found in problem.errors.items():
        field = renamed.get(name, name)
        for text in found:
            form.add_error(field if field in form.fields else None, text)
    if not problem.errors:
        form.add_error(NON_FIELD_ERRORS, problem.detail)
    return form


def sent_back(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a form with its errors and everything that was typed: status 422."""
    if wants_data(request):
        found = {
            name: [str(text) for text in texts] for name, texts in context["form"].errors.items()
        }
        return JsonResponse({"errors": found}, status=UNPROCESSABLE)
    return render(request, template, context, status=UNPROCESSABLE)


def _path_to_return_to(request: HttpRequest) -> str:
    """Return the page to come back to: this one, or the page whose form was sent."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return request.path
