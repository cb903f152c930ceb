"""Kept copies of public pages: nobody's page to nobody, and never one that is stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.public_cache import PAGES, copies
from tests.factories import (
    LATER,
    NOW,
    World,
    a_decided_incident,
    an_incident,
    settle,
)
from verification.withholding.actions import lift_embargo, place_embargo

READ = ("/", "/incidents/", "/findings/", "/standings/", "/comparison/", "/method/", "/words/")


@pytest.fixture(autouse=True)
def kept(settings: Any, ticking: None) -> Iterator[None]:
    """Keep pages for longer than any test takes, beginning with none."""
    settings.PUBLIC_CACHE_SECONDS = 600
    copies.clear()
    yield
    copies.clear()


def page(client: Client, address: str, **headers: str) -> Any:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer


def test_the_second_reader_costs_one_question(client: Client, world: World) -> None:
    for address in READ:
        first = page(client, address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            second = page(Client(), address)
        assert second.content == first.content
        assert len(asked) == 1, address


def test_no_public_page_carries_a_token_or_sets_a_cookie(client: Client, world: World) -> None:
    for address in READ:
        answer = page(client, address)
        assert not answer.cookies, address
        assert b"csrfmiddlewaretoken" not in answer.content
        assert answer["Cache-Control"] == "public, no-cache"
        assert {"Cookie", "Accept-Language"} <= set(answer["Vary"].split(", "))


class TestWhoAsks:
    def test_a_kept_page_is_never_shown_to_somebody_who_signed_in(
        self, client: Client, world: World
    ) -> None:
        for address in READ:
            page(Client(), address)
            client.force_login(world.chair)
            mine = page(client, address)
            assert b"Sign out" in mine.content, address
            assert mine["Cache-Control"] == "private, no-cache"
            assert not mine.has_header("ETag")

    def test_no_page_of_somebody_is_ever_kept(self, client: Client, world: World) -> None:
        client.force_login(world.triage)
        for address in READ:
            page(client, address)
            assert b"Sign out" not in page(Client(), address).content, address

    def test_a_session_that_is_no_longer_good_gets_its_own_page(self, world: World) -> None:
        page(Client(), "/")
        stale = Client()
        stale.cookies["sessionid"] = "gone"
        with CaptureQueriesContext(connection) as asked:
            page(stale, "/")
        assert len(asked) > 5

    def test_working_pages_are_on_no_list(self) -> None:
        assert not PAGES & {"desk", "triage", "review", "chair", "notices", "inbox", "withheld"}


class TestStaleness:
    def test_a_new_checkpoint_shows_at_once(self, client: Client, world: World) -> None:
        before = page(client, "/findings/").content
        incident = a_decided_incident(world)  # settle() signs it
        after = page(client, "/findings/").content
        assert incident.code.encode() not in before
        assert incident.code.encode() in after

    def test_an_embargo_and_its_end_show_at_once(self, client: Client, world: World) -> None:
        incident = an_incident(world)
        settle()
        code = incident.code.encode()
        assert code in page(client, "/incidents/").content
        held = place_embargo(incident=incident, days=2, reason="Now.", by=world.chair, at=NOW)
        assert code not in page(client, "/incidents/").content
        assert client.get(f"/incidents/{incident.code}/").status_code == 404
        lift_embargo(withholding=held, by=world.chair, at=LATER)
        assert code in page(client, "/incidents/").content
        assert client.get(f"/incidents/{incident.code}/").status_code == 200

    def test_what_needs_no_signature_grows_no_older_than_its_time(
        self, client: Client, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page(client, "/incidents/")
        incident = an_incident(world)
        monkeypatch.setattr("time.monotonic", lambda: 1e12)
        assert incident.code.encode() in page(client, "/incidents/").content


class TestAnswers:
    def test_who_has_it_already_is_told_so(self, client: Client, world: World) -> None:
        first = page(client, "/method/")
        again = client.get("/method/", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get("/method/", headers={"If-None-Match": '"x"'}).status_code == 200

    def test_it_is_packed_for_who_can_unpack_it(self, client: Client, world: World) -> None:
        plain = page(client, "/method/")
        packed = page(client, "/method/", **{"Accept-Encoding": "br, gzip"})
        assert packed["Content-Encoding"] == "gzip"
        assert len(packed.content) < len(plain.content) / 2
        assert packed["ETag"] == plain["ETag"]

    def test_each_language_has_its_own(self, client: Client, world: World) -> None:
        english = page(client, "/method/")
        arabic = page(client, "/method/", **{"Accept-Language": "ar"})
        assert arabic["Content-Language"] == "ar"
        assert english["Content-Language"] == "en"
        assert b'dir="rtl"' in arabic.content
        assert page(client, "/method/").content == english.content

    def test_what_is_not_there_is_not_kept(self, client: Client, world: World) -> None:
        assert client.get("/incidents/NK20-0001/").status_code == 404
        an_incident(world)
        assert client.get("/incidents/NK20-0001/").status_code == 200


class TestLanguage:
    def test_the_choice_is_a_cookie_and_leads_back(self, client: Client, world: World) -> None:
        answer = client.get("/language/?language=ar&next=/method/")
        assert (answer.status_code, answer["Location"]) == (302, "/method/")
        assert answer.cookies["django_language"].value == "ar"
        assert page(client, "/method/")["Content-Language"] == "ar"

    @pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "javascript:0"])
    def test_it_leads_nowhere_else(self, client: Client, next_: str) -> None:
        answer = client.get("/language/", {"language": "xx", "next": next_})
        assert answer["Location"] == "/"
        assert not answer.cookies
