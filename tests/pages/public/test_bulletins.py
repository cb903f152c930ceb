"""The bulletin's doors: the public's, and the publisher's with its preview."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from reports.people.models import User
from tests.factories import LATER, NOW, World, settle
from tests.proofs import no_trace
from tests.public_record import PublicRecord
from verification.bulletins.actions import draft_bulletin, release_bulletin
from verification.bulletins.models import Bulletin, Release
from verification.ledger.models import LogState
from verification.merkle.note import verifier_key
from verification.merkle.proof_file import check_proof


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def draft(record: PublicRecord, world: World) -> Bulletin:
    made = draft_bulletin(agreement=world.agreement, day=NOW.date(), at=LATER)
    assert made is not None
    settle()
    return made


@pytest.fixture
def released(draft: Bulletin, world: World) -> Bulletin:
    release_bulletin(bulletin=draft, by=world.publisher, at=LATER)
    settle()
    return draft


class TestPublic:
    def test_the_list_and_the_page(self, client: Client, released: Bulletin) -> None:
        assert released.code in client.get("/bulletins/").content.decode()
        page = client.get(f"/bulletins/{released.code}/")
        assert page.status_code == 200
        assert released.sha256 in page.content.decode()
        assert client.get(f"/bulletins/{released.code.lower()}/").status_code == 302

    @pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
    def test_every_language_on_screen_and_paper(
        self, client: Client, released: Bulletin, language: str
    ) -> None:
        page = client.get(f"/bulletins/{released.code}/", headers={"accept-language": language})
        assert f'<html lang="{language}"' in page.content.decode()
        paper = client.get(f"/bulletins/{released.code}/{language}.pdf")
        assert paper["Content-Type"] == "application/pdf"
        assert "immutable" in paper["Cache-Control"]
        edition = released.editions.get(language=language)
        assert hashlib.sha256(paper.content).hexdigest() == edition.sha256

    def test_an_unknown_language_is_not_found(self, client: Client, released: Bulletin) -> None:
        assert client.get(f"/bulletins/{released.code}/xx.pdf").status_code == 404

    def test_the_numbers_on_the_page_are_those_of_the_record(
        self, client: Client, released: Bulletin
    ) -> None:
        shown = client.get(f"/bulletins/{released.code}/").context["bulletin"]
        assert sum(row["now"] for row in shown["complaints"]) == shown["received"]["now"]
        counted = shown["observed_sums"]["all"] + sum(n["count"] for n in shown["not_counted"])
        assert counted == shown["received"]["period"]
        assert shown["sums"]["all"] == shown["incidents"]["standing"]

    def test_nothing_of_an_observer_is_on_the_page(
        self, client: Client, record: PublicRecord, released: Bulletin
    ) -> None:
        text = client.get(f"/bulletins/{released.code}/").content.decode()
        assert [canary for canary in record.canaries if canary in text] == []

    def test_its_proof_holds_without_us(self, client: Client, released: Bulletin) -> None:
        page = f"/bulletins/{released.code}/proof/"
        assert client.get(page).status_code == 200
        leaf = client.get(f"{page}leaf.json").content
        proof = client.get(f"{page}log.tlog-proof").content.decode()
        state = LogState.objects.get()
        check_proof(proof, leaf, origin=state.origin, keys=[verifier_key(state.verifier)])
        record = client.get(f"/log/records/{released.code}.json").content
        assert json.loads(leaf)["record"] == hashlib.sha256(record).hexdigest()

    def test_a_draft_is_told_to_nobody(self, client: Client, draft: Bulletin, world: World) -> None:
        for visitor in (client, as_user(world.partner), as_user(world.chair)):
            assert draft.code not in visitor.get("/bulletins/").content.decode()
            for tail in ("", "en.pdf", "proof/", "proof/leaf.json"):
                assert visitor.get(f"/bulletins/{draft.code}/{tail}").status_code == 404
            assert visitor.get(f"/log/records/{draft.code}.json").status_code == 404


class TestPublisher:
    def test_sees_the_draft_and_what_releasing_does(self, draft: Bulletin, world: World) -> None:
        publisher = as_user(world.publisher)
        assert draft.code in publisher.get("/publish/").content.decode()
        page = publisher.get(f"/publish/{draft.code}/")
        assert page.status_code == 200
        assert "public log" in " ".join(page.context["effects"])
        assert publisher.get(f"/publish/{draft.code}/en.pdf").status_code == 200

    def test_releases_what_was_read(self, client: Client, draft: Bulletin, world: World) -> None:
        publisher = as_user(world.publisher)
        form = {"do": "release", "sha256": draft.sha256}
        with no_trace():
            answer = publisher.post(f"/publish/{draft.code}/", form | {"sha256": "0" * 64})
        assert answer.status_code == 422
        assert publisher.post(f"/publish/{draft.code}/", form).status_code == 302
        assert Release.objects.get().released_by == world.publisher
        settle()
        assert client.get(f"/bulletins/{draft.code}/").status_code == 200
        assert publisher.post(f"/publish/{draft.code}/", form).status_code == 409

    @pytest.mark.parametrize("who", ["filer", "triage", "chair", "liaison_arm", "operator"])
    def test_nobody_else_can(self, draft: Bulletin, world: World, who: str) -> None:
        form: dict[str, Any] = {"do": "release", "sha256": draft.sha256}
        with no_trace():
            assert (
                as_user(getattr(world, who)).post(f"/publish/{draft.code}/", form).status_code
                == 404
            )
