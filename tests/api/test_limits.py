"""Quotas over HTTP: told in every answer, refused with 429, lane by lane; and a partner's keys."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from reports.keys.actions import set_quota
from reports.people.models import ApiKey
from tests.api.machines import REPORTS, a_body, is_problem, key_for, machine, post
from tests.api.test_oauth import ask
from tests.factories import World

KEYS = "/api/v1/keys"
POLICY = '"read-minute";q=600;w=60, "read-day";q=200000;w=86400'


class TestHeaders:
    def test_every_counted_answer_tells_them(self, world: World) -> None:
        client = machine(key_for(world.partner))
        first, second = client.get(REPORTS), client.get(f"{REPORTS}/22222-22222")
        assert (first.status_code, second.status_code) == (200, 404)
        assert first["RateLimit-Policy"] == second["RateLimit-Policy"] == POLICY
        shape = r'"read-minute";r=598;t=[1-9]\d?, "read-day";r=199998;t=[1-9]\d{0,4}'
        assert re.fullmatch(shape, second["RateLimit"])
        assert "Retry-After" not in second

    def test_people_in_a_browser_are_not_counted(self, world: World) -> None:
        client = Client()
        client.force_login(world.partner)
        assert "RateLimit" not in client.get(REPORTS)

    def test_beyond_it_is_429_and_the_other_lane_goes_on(self, world: World) -> None:
        client = machine(key_for(world.partner))
        at = timezone.now()
        set_quota(user=world.partner, lane="read", per_minute=1, per_day=1, by=None, at=at)
        assert client.get(REPORTS).status_code == 200
        refused = client.get(REPORTS)
        problem = is_problem(refused, 429)
        assert problem["code"] == "quota-exceeded" and "read-day" in problem["detail"]
        assert 0 < int(refused["Retry-After"]) <= 86_400
        assert "r=0" in refused["RateLimit"]
        is_problem(machine(key_for(world.partner)).get(REPORTS), 429)  # another key is no way out
        assert post(client, a_body(world)).status_code == 201
        assert machine(key_for(world.filer)).get(REPORTS).status_code == 200


def test_a_quota_from_the_command_line(world: World) -> None:
    said = StringIO()
    options = {"user": "partner", "lane": "read", "per_minute": 2, "per_day": 9}
    call_command("set_quota", **options, stdout=said)
    assert "2 a minute, 9 a day" in said.getvalue()
    answer = machine(key_for(world.partner)).get(REPORTS)
    assert answer["RateLimit-Policy"] == '"read-minute";q=2;w=60, "read-day";q=9;w=86400'
    for wrong in ({"user": "nobody"}, {"per_day": 1}):
        with pytest.raises(CommandError):
            call_command("set_quota", **(options | wrong), stdout=said)


class TestKeysByMachine:
    def test_which_key_this_is(self, world: World) -> None:
        token = key_for(world.partner, "reports:read")
        body = machine(token).get(f"{KEYS}/current").json()
        assert body["prefix"] == token.partition(".")[0]
        assert body["scopes"] == ["reports:read"]
        assert body["last_used_on"] == str(timezone.now().date())
        assert {one["policy"] for one in body["quotas"]} >= {"read-minute", "write-day"}
        assert token.partition(".")[2] not in str(body)
        client = Client()
        client.force_login(world.partner)
        is_problem(client.get(f"{KEYS}/current"), 404)

    def test_list_rotate_revoke(self, world: World) -> None:
        token = key_for(world.partner, "keys:read", "keys:write", "reports:read")
        client, prefix = machine(token), token.partition(".")[0]
        made = client.post(f"{KEYS}/{prefix}/rotation")
        assert made.status_code == 201 and made["Cache-Control"] == "no-store"
        successor = machine(made.json()["token"])
        listed = successor.get(KEYS).json()["results"]
        assert [one["prefix"] for one in listed] == [made.json()["prefix"], prefix]
        assert made.json()["token"] not in str(listed)
        is_problem(client.post(f"{KEYS}/{prefix}/rotation"), 409)
        assert successor.post(f"{KEYS}/{prefix}/revocation").json()["revoked_at"]
        is_problem(client.get(KEYS), 401)  # with the very next request

    def test_a_machine_rotates_the_key_in_its_hand_alone(self, world: World) -> None:
        wide = key_for(world.partner, "keys:write", "reports:write").partition(".")[0]
        other = machine(key_for(world.partner, "keys:write"))
        told = is_problem(other.post(f"{KEYS}/{wide}/rotation"), 403)
        assert "itself alone" in told["detail"]
        assert ApiKey.objects.count() == 2

    def test_a_token_rotates_nothing(self, world: World) -> None:
        key = key_for(world.partner, "keys:write", "reports:write")
        prefix = key.partition(".")[0]
        for scope in ("keys:write", "keys:write reports:write"):
            lent = machine(ask(key, scope=scope).json()["access_token"])
            is_problem(lent.post(f"{KEYS}/{prefix}/rotation"), 403)
        assert ApiKey.objects.get().rotated_at is None

    def test_a_scope_of_its_own(self, world: World) -> None:
        client = machine(key_for(world.partner))
        prefix = ApiKey.objects.get().prefix
        for answer in (client.get(KEYS), client.post(f"{KEYS}/{prefix}/rotation")):
            is_problem(answer, 403)
        reader = machine(key_for(world.partner, "keys:read"))
        is_problem(reader.post(f"{KEYS}/{prefix}/revocation"), 403)

    def test_others_keys_are_not_there(self, world: World) -> None:
        mine = key_for(world.operator, "keys:read", "keys:write")
        key_for(world.partner)
        theirs = ApiKey.objects.get(user=world.partner).prefix
        is_problem(machine(mine).post(f"{KEYS}/{theirs}/rotation"), 404)
        other = machine(key_for(world.filer, "keys:read", "keys:write"))
        is_problem(other.post(f"{KEYS}/{theirs}/revocation"), 404)
