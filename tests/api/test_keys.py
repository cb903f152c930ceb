"""Keys, scopes and sessions: who may use the doors for machines."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from reports.people.actions import revoke_api_key
from reports.people.models import ApiKey
from tests.api.machines import REPORTS, a_body, is_problem, key_for, machine, post
from tests.factories import World, a_report


class TestWhoMay:
    def test_without_a_key(self, client: Client, world: World) -> None:
        for answer in (client.get(REPORTS), post(client, a_body(world))):
            is_problem(answer, 401)
            assert answer["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("token", ["", "x", "cvr.x", "a b", "\x00.x", "é.é", "." * 9])
    def test_with_a_wrong_key(self, world: World, token: str) -> None:
        is_problem(machine(token).get(REPORTS), 401)

    def test_with_a_key_that_ended(self, world: World) -> None:
        token = key_for(world.filer)
        key = ApiKey.objects.get()
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        is_problem(machine(token).get(REPORTS), 401)
        other = key_for(world.filer)
        assert machine(other).get(REPORTS).status_code == 200
        revoke_api_key(key=ApiKey.objects.exclude(pk=key.pk).get(), by=None, at=timezone.now())
        is_problem(machine(other).get(REPORTS), 401)

    def test_a_scope_is_all_a_key_may(self, world: World) -> None:
        reader = machine(key_for(world.filer, "reports:read"))
        writer = machine(key_for(world.filer, "reports:write"))
        assert reader.get(REPORTS).status_code == 200
        assert "reports:write" in is_problem(post(reader, a_body(world)), 403)["detail"]
        assert post(writer, a_body(world)).status_code == 201
        is_problem(writer.get(REPORTS), 403)

    def test_roles_bind_machines_too(self, world: World) -> None:
        for user, status in ((world.outsider, 403), (world.chair, 403), (world.partner, 201)):
            assert post(machine(key_for(user)), a_body(world)).status_code == status
        malformed = post(machine(key_for(world.outsider)), {"x": 1})
        is_problem(malformed, 403)

    def test_a_session_works_and_needs_its_csrf_token(self, world: World) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.filer)
        assert client.get(REPORTS).status_code == 200
        assert "CSRF" in is_problem(post(client, a_body(world)), 403)["detail"]
        plain = Client()
        plain.force_login(world.filer)
        assert post(plain, a_body(world)).status_code == 201

    def test_nobody_reads_what_is_not_theirs(self, world: World) -> None:
        receipt = a_report(world).receipt
        for user in (world.witness, world.triage, world.outsider):
            is_problem(machine(key_for(user)).get(f"{REPORTS}/{receipt}"), 404)
            assert machine(key_for(user)).get(REPORTS).json()["results"] == []

    def test_a_key_from_the_command_line(self, world: World) -> None:
        out, notes = StringIO(), StringIO()
        options = {"user": "partner", "label": "feed", "scope": ["reports:write"]}
        call_command("issue_key", **options, stdout=out, stderr=notes)
        token = out.getvalue().strip()
        assert token not in notes.getvalue()
        assert post(machine(token), a_body(world)).status_code == 201
        for wrong in ({"user": "nobody"}, {"label": " "}, {"label": "x" * 81}):
            with pytest.raises(CommandError):
                call_command("issue_key", **(options | wrong), stdout=out, stderr=notes)
