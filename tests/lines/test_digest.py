"""HTTP Digest as phones speak it: asked first, taken once, soon too old."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.core.cache import cache
from requests.auth import HTTPDigestAuth

from reports.intake.models import Report
from reports.openrosa import digest
from reports.openrosa.models import Phone, SpentNonce
from tests.factories import World
from tests.lines.phones import Handset, a_form, a_handset
from tests.lines.wire import Wire

Asked = Callable[..., Any]
LIST = "/v1/projects/1/formList"


@pytest.fixture
def handset(world: World, wire: Wire) -> Handset:
    return a_handset(world)


def answer_to(challenge: str, handset: Handset, *, nc: str = "00000001", **changes: str) -> str:
    """Return the Authorization header of a client that knows the password (RFC 7616)."""
    nonce = challenge.partition('nonce="')[2].partition('"')[0]
    told = {
        "username": handset.given.name,
        "uri": f"{LIST}?deviceID=x",
        "password": handset.given.password,
        "method": "GET",
    } | changes
    ha1 = digest.ha1_of(told["username"], told["password"])
    ha2 = digest._md5(f"{told['method']}:{told['uri']}")
    response = digest._md5(f"{ha1}:{nonce}:{nc}:c0ffee:auth:{ha2}")
    return (
        f'Digest username="{told["username"]}", realm="reports", nonce="{nonce}", '
        f'uri="{told["uri"]}", qop=auth, nc={nc}, cnonce="c0ffee", response="{response}"'
    )


@pytest.fixture
def asked(wire: Wire) -> Asked:
    """Ask for the list, with an answer to a challenge or without one."""

    def ask(header: str = "") -> Any:
        return wire.get(f"{LIST}?deviceID=x", {"Authorization": header} if header else None)

    return ask


class TestChallenge:
    def test_it_is_asked_before_anything_is_said(
        self, asked: Asked, wire: Wire, handset: Handset
    ) -> None:
        answer = asked()
        assert answer.status_code == 401 and answer.content == b""
        assert answer["WWW-Authenticate"].startswith("Digest ")
        head = wire.head("/v1/projects/1/submission")
        assert head.status_code == 401 and head.content == b""

    def test_the_right_answer_opens_once(self, asked: Asked, handset: Handset) -> None:
        challenge = asked()["WWW-Authenticate"]
        header = answer_to(challenge, handset)
        assert asked(header).status_code == 200
        again = asked(header)
        assert again.status_code == 401 and "stale=true" in again["WWW-Authenticate"]
        assert asked(answer_to(challenge, handset, nc="00000002")).status_code == 200
        assert SpentNonce.objects.count() == 2

    def test_an_old_challenge_is_stale(
        self, asked: Asked, handset: Handset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from datetime import timedelta

        challenge = asked()["WWW-Authenticate"]
        monkeypatch.setattr(digest, "NONCE_FOR", timedelta(seconds=-1))
        answer = asked(answer_to(challenge, handset))
        assert answer.status_code == 401 and "stale=true" in answer["WWW-Authenticate"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"password": "guess"},
            {"username": "another"},
            {"uri": "/v1/projects/1/submission"},
            {"method": "POST"},
        ],
        ids=str,
    )
    def test_a_wrong_answer_is_asked_again_and_spends_nothing(
        self, asked: Asked, handset: Handset, wrong: dict[str, str]
    ) -> None:
        challenge = asked()["WWW-Authenticate"]
        answer = asked(answer_to(challenge, handset, **wrong))
        assert answer.status_code == 401 and "stale" not in answer["WWW-Authenticate"]
        assert SpentNonce.objects.count() == 0

    def test_a_challenge_of_our_own_making_is_needed(self, asked: Asked, handset: Handset) -> None:
        answer = asked(answer_to('nonce="made-up"', handset))
        assert answer.status_code == 401

    @pytest.mark.parametrize(
        "header", ["Digest", "Digest a=b", "Basic eDp5", 'Digest "', "Digest " + "x" * 9]
    )
    def test_what_cannot_be_read_is_asked_again(
        self, asked: Asked, handset: Handset, header: str
    ) -> None:
        assert asked(header).status_code == 401

    def test_who_guesses_on_waits(
        self, asked: Asked, handset: Handset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("reports.lines.callers.TRIES_A_MINUTE", 2)
        challenge = asked()["WWW-Authenticate"]
        wrong = answer_to(challenge, handset, password="guess")
        assert [asked(wrong).status_code for _n in range(3)] == [401, 401, 429]

    def test_what_is_kept_opens_nothing_without_the_site_s_key(
        self, handset: Handset, settings: Any
    ) -> None:
        kept = bytes(Phone.objects.get().sealed)
        assert digest.ha1_of(handset.given.name, handset.given.password).encode() not in kept
        settings.SECRET_KEY = "another"
        assert digest.unsealed(kept) == ""


class TestRealClients:
    """Over real HTTP, with clients nobody here wrote."""

    @pytest.fixture
    def site(self, live_world: World, live_server: Any) -> tuple[str, Handset]:
        cache.clear()
        handset = a_handset(live_world)
        return f"{live_server.url}/v1/projects/{handset.number}", handset

    def test_requests(self, site: tuple[str, Handset]) -> None:
        base, handset = site
        session = requests.Session()
        session.auth = HTTPDigestAuth(handset.given.name, handset.given.password)
        assert session.get(f"{base}/formList", timeout=10).status_code == 200
        assert session.head(f"{base}/submission", timeout=10).status_code == 204
        parts = {"xml_submission_file": ("s.xml", a_form(), "text/xml")}
        sent = session.post(f"{base}/submission", files=parts, timeout=10)
        assert sent.status_code == 201 and Report.objects.count() == 1

    @pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
    def test_curl(self, site: tuple[str, Handset], tmp_path: Any) -> None:
        base, handset = site
        (tmp_path / "s.xml").write_bytes(a_form())
        user = f"{handset.given.name}:{handset.given.password}"
        command = ["curl", "-sS", "--digest", "-u", user, "-w", "%{http_code}", "-o", "/dev/null"]
        part = f"xml_submission_file=@{tmp_path / 's.xml'};type=text/xml"
        for url, more, wanted in (
            (f"{base}/formList?deviceID=collect:1", [], "200"),
            (f"{base}/submission", ["-F", part], "201"),
        ):
            ran = subprocess.run(
                [*command, *more, url], capture_output=True, text=True, timeout=20, check=True
            )
            assert ran.stdout == wanted, ran.stderr
        assert Report.objects.count() == 1
