"""Atom feeds: well-formed, with ids that stay, and nothing that is not signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.factories import LATER, NOW, World, settle
from tests.public_record import PublicRecord
from tests.remembered import remembered
from tests.second_round import a_correction, a_reserve
from verification.bulletins.actions import draft_bulletin, release_bulletin
from verification.publication.models import Finding

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("findings", "corrections", "bulletins")


def read(client: Client, name: str, **extra: Any) -> ElementTree.Element:
    answer = client.get(f"/feeds/{name}.atom", **extra)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.content)  # noqa: S314 - our own


def texts(feed: ElementTree.Element, path: str) -> list[str]:
    return [str(found.text) for found in feed.findall(path)]


@pytest.fixture
def everything(record: PublicRecord, world: World) -> PublicRecord:
    remembered("a feed of everything", lambda: _let_everything_happen(world))
    return record


def _let_everything_happen(world: World) -> None:
    a_correction(world, a_reserve(world))
    made = draft_bulletin(agreement=world.agreement, day=NOW.date(), at=LATER)
    assert made is not None
    settle()
    release_bulletin(bulletin=made, by=world.publisher, at=LATER)
    settle()


@pytest.mark.parametrize("name", FEEDS)
class TestEveryFeed:
    def test_it_has_what_the_specification_demands(
        self, client: Client, everything: PublicRecord, name: str
    ) -> None:
        feed = read(client, name)
        entries = feed.findall(f"{ATOM}entry")
        assert entries
        for part in [feed, *entries]:
            for needed in ("id", "title", "updated"):
                assert part.findtext(f"{ATOM}{needed}"), needed
            assert datetime.fromisoformat(str(part.findtext(f"{ATOM}updated"))).tzinfo is not None
            assert part.find(f"{ATOM}link") is not None
        assert feed.find(f"{ATOM}author") is not None
        assert any(link.get("rel") == "self" for link in feed.findall(f"{ATOM}link"))

    def test_ids_stay_whatever_the_site_is_called(
        self, client: Client, everything: PublicRecord, name: str
    ) -> None:
        ids = [texts(read(client, name), f".//{ATOM}id")]
        ids.append(texts(read(client, name, headers={"host": "127.0.0.1"}), f".//{ATOM}id"))
        assert ids[0] == ids[1]
        assert len(set(ids[0])) == len(ids[0])
        assert all(one.startswith("urn:uuid:") for one in ids[0])

    def test_every_entry_leads_to_a_page(
        self, client: Client, everything: PublicRecord, name: str
    ) -> None:
        for link in read(client, name).findall(f"{ATOM}entry/{ATOM}link"):
            assert client.get(str(link.get("href"))).status_code == 200

    def test_nothing_of_an_observer_comes_out(
        self, client: Client, everything: PublicRecord, name: str
    ) -> None:
        text = client.get(f"/feeds/{name}.atom").content.decode()
        assert [canary for canary in everything.canaries if canary in text] == []

    def test_an_unknown_agreement_is_not_found(
        self, client: Client, everything: PublicRecord, name: str
    ) -> None:
        assert client.get(f"/feeds/{name}.atom?agreement=nowhere").status_code == 404

    def test_pages_tell_browsers_of_it(
        self, client: Client, everything: PublicRecord, name: str
    ) -> None:
        page = client.get(f"/{name}/").content.decode()
        assert 'type="application/atom+xml"' in page
        assert f"/feeds/{name}.atom?agreement=nk2020" in page


def test_findings_tell_of_decisions_alone(client: Client, everything: PublicRecord) -> None:
    titles = texts(read(client, "findings"), f"{ATOM}entry/{ATOM}title")
    assert len(titles) == Finding.objects.values("incident").distinct().count()
    assert not [title for title in titles if everything.contested.code in title]


def test_nothing_before_it_is_signed(
    client: Client, world: World, record: PublicRecord, by_hand: Any
) -> None:
    assert read(client, "findings").findall(f"{ATOM}entry") == []
    by_hand()
    assert read(client, "findings").findall(f"{ATOM}entry") != []
