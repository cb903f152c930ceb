"""Within a request the terms are read once; before and after it, anew."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from reports.agreement.models import ActKind
from reports.agreement.queries import act_kinds, parties_of
from reports.once import seen_once, terms_read_once
from tests.factories import World


def test_a_request_reads_the_terms_once(world: World, django_assert_num_queries: Any) -> None:
    def serve(_request: HttpRequest) -> HttpResponse:
        for _time in range(3):
            acts = act_kinds()
            acts.clear()  # what one caller does to its list is not another's
            assert act_kinds() and parties_of(world.agreement.pk)
        return HttpResponse()

    with django_assert_num_queries(2):
        terms_read_once(serve)(HttpRequest())


def test_the_next_request_reads_them_anew(world: World) -> None:
    seen: list[int] = []

    def serve(_request: HttpRequest) -> HttpResponse:
        seen.append(len(act_kinds()))
        return HttpResponse()

    served = terms_read_once(serve)
    served(HttpRequest())
    ActKind.objects.create(code="another", names={"en": "Another"}, position=99, severity="minor")
    served(HttpRequest())
    assert seen[1] == seen[0] + 1


def test_outside_a_request_nothing_is_kept(world: World) -> None:
    before = len(act_kinds())
    ActKind.objects.create(code="another", names={"en": "Another"}, position=99, severity="minor")
    assert len(act_kinds()) == before + 1


def test_what_only_looks_reads_more_things_once() -> None:
    asked: list[str] = []

    def serve(request: HttpRequest) -> HttpResponse:
        for _time in range(2):
            seen_once("x", lambda: asked.append(str(request.method)))
        return HttpResponse()

    for method in ("GET", "POST", "HEAD", "GET"):
        request = HttpRequest()
        request.method = method
        terms_read_once(serve)(request)
    assert asked == ["GET", "POST", "POST", "HEAD", "GET"]  # what writes may have changed it
