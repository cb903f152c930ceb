"""The frame of every page, and the pages that must stand when much is broken."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import bad_request, server_error

from reports.agreement.models import Agreement


@pytest.fixture
def page(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> HttpRequest:
    monkeypatch.setattr("config.context._items", lambda request: [{"url": "/", "label": "Start"}])
    monkeypatch.setattr("config.context.agreements", lambda: [])
    return rf.get("/")


def shown(answer: HttpResponse) -> str:
    return answer.content.decode()


class TestFrame:
    def test_says_its_language_and_direction(self, page: HttpRequest) -> None:
        for code, direction in (("en", "ltr"), ("ar", "rtl")):
            with translation.override(code):
                assert f'<html lang="{code}" dir="{direction}">' in shown(render(page, "base.html"))

    def test_marks_the_link_of_the_page_one_is_on(self, page: HttpRequest) -> None:
        assert '<a href="/" aria-current="page">Start</a>' in shown(render(page, "base.html"))

    def test_tells_that_it_is_a_demonstration(self, page: HttpRequest, settings: object) -> None:
        for demo in (True, False):
            settings.DEMO = demo  # type: ignore[attr-defined]
            assert ('<aside class="demo"' in shown(render(page, "base.html"))) is demo

    def test_holds_no_inline_script_or_style(self, page: HttpRequest) -> None:
        html = shown(render(page, "base.html"))
        assert "<script>" not in html
        assert "<style" not in html
        assert " style=" not in html

    def test_puts_error_before_the_title_of_a_form_sent_back(self, page: HttpRequest) -> None:
        form = {"errors": {"place": ["Say where."]}}
        assert "<title>Error: " in shown(render(page, "base.html", {"form": form}))
        assert "<title>Error: " not in shown(render(page, "base.html"))

    @pytest.mark.django_db
    def test_names_the_only_agreement(self, rf: RequestFactory) -> None:
        Agreement.objects.create(
            slug="a", prefix="AA20", titles={"en": "First truce"}, timezone="UTC", area={}
        )
        assert '<span class="brand-sub">First truce</span>' in shown(
            render(rf.get("/"), "base.html", {"user": None})
        )


class TestWhenThingsBreak:
    def test_our_own_fault_needs_neither_database_nor_context(self, rf: RequestFactory) -> None:
        answer = server_error(rf.get("/"))
        assert answer.status_code == 500
        assert "Sending twice is harmless" in shown(answer)

    def test_an_unreadable_request_says_what_to_do(self, rf: RequestFactory) -> None:
        answer = bad_request(rf.get("/"), ValueError("secret words"))
        assert answer.status_code == 400
        assert "Nothing was changed" in shown(answer)
        assert "secret words" not in shown(answer)

    @pytest.mark.django_db
    def test_a_missing_page_says_what_to_do(self, client: Client) -> None:
        answer = client.get("/no-such-page/")
        assert answer.status_code == 404
        assert "There is no such page" in shown(answer)

    def test_a_stale_form_says_that_nothing_was_sent(self) -> None:
        answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
        assert answer.status_code == 403
        assert "The form was open too long" in shown(answer)

    def test_a_closed_page_offers_to_sign_in_or_gives_the_reason(self, page: HttpRequest) -> None:
        outsider = shown(render(page, "403.html", {"exception": "You filed this report."}))
        assert "You filed this report." in outsider
        assert "/accounts/login/?next=/" in outsider


class TestSignIn:
    @pytest.mark.django_db
    def test_wrong_words_lead_to_the_summary(self, client: Client) -> None:
        answer = client.post("/accounts/login/", {"login": "nobody", "password": "wrong"})
        html = shown(answer)
        assert "data-summary" in html
        assert 'class="field"' in html
        assert "There is a problem" in html
