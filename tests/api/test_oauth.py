"""OAuth 2 client credentials: a key lends short tokens."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oauthlib.oauth2 import BackendApplicationClient

from reports.keys.actions import set_quota
from reports.keys.models import AccessToken
from reports.people.actions import revoke_api_key
from reports.people.models import ApiKey
from tests.api.machines import REPORTS, a_body, is_problem, key_for, machine, post
from tests.factories import World

TOKEN = "/api/v1/oauth/token"
FORM = "application/x-www-form-urlencoded"


def ask(key: str, header: bool = True, **fields: str) -> Any:
    """Ask for a token as the client of another library does."""
    name, _, secret = key.partition(".")
    client = BackendApplicationClient(client_id=name)
    if not header:
        fields["client_secret"] = secret
    body = client.prepare_request_body(include_client_id=not header, **fields)
    headers = {}
    if header:
        basic = base64.b64encode(f"{name}:{secret}".encode()).decode()
        headers["HTTP_AUTHORIZATION"] = f"Basic {basic}"
    return Client(enforce_csrf_checks=True).post(TOKEN, body, content_type=FORM, **headers)


class TestTokens:
    @pytest.mark.parametrize("header", [True, False])
    def test_a_token_does_what_its_key_may(self, world: World, header: bool) -> None:
        answer = ask(key_for(world.partner), header)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        parsed = BackendApplicationClient("x").parse_request_body_response(answer.content.decode())
        assert parsed["expires_in"] == 600
        assert parsed.scopes == ["reports:read", "reports:write"]
        token = machine(parsed["access_token"])
        assert post(token, a_body(world)).status_code == 201
        assert len(token.get(REPORTS).json()["results"]) == 1

    def test_it_may_ask_for_less_and_not_for_more(self, world: World) -> None:
        key = key_for(world.partner)
        token = machine(ask(key, scope="reports:read").json()["access_token"])
        assert token.get(REPORTS).status_code == 200
        is_problem(post(token, a_body(world)), 403)
        more = ask(key, scope="reports:read review:read")
        assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")

    def test_it_ends_with_its_key(self, world: World) -> None:
        token = machine(ask(key_for(world.partner)).json()["access_token"])
        revoke_api_key(key=ApiKey.objects.get(), by=world.partner, at=timezone.now())
        is_problem(token.get(REPORTS), 401)

    def test_it_ends_by_itself_no_later_than_its_key(self, world: World) -> None:
        key = key_for(world.partner)
        ApiKey.objects.update(expires_at=timezone.now() + timedelta(seconds=100))
        answer = ask(key).json()
        assert answer["expires_in"] < 100
        AccessToken.objects.update(expires_at=timezone.now())
        is_problem(machine(answer["access_token"]).get(REPORTS), 401)

    def test_nothing_of_it_is_kept_but_a_hash(self, world: World) -> None:
        token = ask(key_for(world.partner)).json()["access_token"]
        assert token not in str(list(AccessToken.objects.values()))

    def test_it_counts_against_the_same_quota(self, world: World) -> None:
        key = key_for(world.partner)
        token = ask(key).json()["access_token"]
        left = [machine(one).get(REPORTS)["RateLimit"].split(";")[1] for one in (key, token, key)]
        assert left == ["r=599", "r=598", "r=597"]


class TestRefusals:
    def test_a_wrong_client(self, world: World) -> None:
        key = key_for(world.partner)
        name, _, secret = key.partition(".")
        other = key_for(world.filer).partition(".")[2]
        wrong = (
            "x.y",
            f"{name}.x",
            f"{name}.{other}",
            f".{secret}",
            f"{name}.",
            "\x00.é",
            key[:-1],
        )
        for one in wrong:
            for header in (True, False):
                answer = ask(one, header)
                assert is_problem(answer, 401)["error"] == "invalid_client", one
                assert answer["WWW-Authenticate"].startswith("Basic")
        assert AccessToken.objects.count() == 0

    def test_a_token_is_no_client(self, world: World) -> None:
        token = ask(key_for(world.partner)).json()["access_token"]
        assert ask(f"{token[:12]}.{token}").status_code == 401

    @pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", ""])
    def test_no_other_grant(self, world: World, grant: str) -> None:
        name, _, secret = key_for(world.partner).partition(".")
        fields = {"grant_type": grant, "client_id": name, "client_secret": secret}
        answer = Client().post(
            TOKEN, fields | {"username": "partner", "password": "x", "code": "x"}
        )
        assert answer.status_code == 415  # no multipart
        body = "&".join(f"{k}={v}" for k, v in fields.items())
        answer = Client().post(TOKEN, body, content_type=FORM)
        assert answer.status_code == 400
        assert answer.json()["error"] in ("unsupported_grant_type", "invalid_request")

    def test_what_cannot_be_read(self, world: World) -> None:
        for header in ("Basic", "Basic %%%", "Basic /w==", "Bearer x"):
            answer = Client().post(
                TOKEN, "grant_type=client_credentials", content_type=FORM, HTTP_AUTHORIZATION=header
            )
            assert answer.status_code == 401
        for raw in (b"\xff\xfe=&;", b"a" * 5000, b"grant_type=client_credentials&" * 2):
            assert Client().post(TOKEN, raw, content_type=FORM).status_code in (400, 401)

    def test_what_is_no_form(self, world: World) -> None:
        body = "grant_type=client_credentials"
        for kind in ("text/plain", "application/json"):
            is_problem(Client().post(TOKEN, body, content_type=kind), 415)
        is_problem(Client().post(TOKEN, "", content_type=FORM), 400)
        is_problem(Client().generic("POST", TOKEN), 400)

    def test_too_many_are_refused_by_a_quota_of_their_own(self, world: World) -> None:
        key = key_for(world.partner)
        at = timezone.now()
        set_quota(user=world.partner, lane="token", per_minute=1, per_day=1, by=None, at=at)
        assert ask(key).status_code == 200
        answer = ask(key)
        assert is_problem(answer, 429)["code"] == "quota-exceeded"
        assert int(answer["Retry-After"]) > 0
        assert machine(key).get(REPORTS).status_code == 200
