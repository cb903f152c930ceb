"""Pages: one's own keys, shown once; revoked after a confirmation; the operator's list."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from reports.keys.queries import key_in_hand
from reports.people.actions import issue_api_key
from reports.people.models import ApiKey
from tests.api.machines import REPORTS, machine
from tests.factories import World

SENT = {"label": "morning pull", "scopes": ["reports:read"], "lifetime": "30"}


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


class TestOnesOwn:
    def test_it_is_shown_once_and_works(self, world: World) -> None:
        client = signed_in(world.partner)
        assert "morning" not in client.get("/keys/").content.decode()
        page = client.post("/keys/", SENT)
        token = page.context["token"]
        assert token in page.content.decode()
        assert "no-store" in page["Cache-Control"]
        assert machine(token).get(REPORTS).status_code == 200
        secret = token.partition(".")[2]
        for path in ("/keys/", f"/keys/{ApiKey.objects.get().prefix}/"):
            text = client.get(path).content.decode()
            assert "morning pull" in text and secret not in text
        assert "Read your own reports" in text

    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, world: World) -> None:
        client = signed_in(world.partner)
        for wrong in ({"scopes": ["chair:write"]}, {"scopes": []}, {"lifetime": "9999"}):
            page = client.post("/keys/", SENT | wrong)
            assert page.status_code == 422
            assert "morning pull" in page.content.decode()
        assert not ApiKey.objects.exists()

    def test_the_day_it_was_used(self, world: World) -> None:
        client = signed_in(world.partner)
        token = client.post("/keys/", SENT).context["token"]
        assert "never used" in client.get("/keys/").content.decode()
        machine(token).get(REPORTS)
        assert "last used" in client.get("/keys/").content.decode()

    def test_rotating_shows_the_successor(self, world: World) -> None:
        client = signed_in(world.partner)
        client.post("/keys/", SENT)
        old = ApiKey.objects.get()
        page = client.post(f"/keys/{old.prefix}/", {"do": "rotate"})
        assert page.context["token"].partition(".")[0] != old.prefix
        assert "goes on for a day" in client.get(f"/keys/{old.prefix}/").content.decode()

    def test_revoking_asks_first(self, world: World) -> None:
        client = signed_in(world.partner)
        token = client.post("/keys/", SENT).context["token"]
        path = f"/keys/{ApiKey.objects.get().prefix}/"
        assert client.post(path, {"do": "revoke"}).status_code == 422
        assert key_in_hand(token, at=timezone.now())
        assert client.post(path, {"do": "revoke", "sure": "yes"}).status_code == 302
        assert key_in_hand(token, at=timezone.now()) is None
        assert 'value="revoke"' not in client.get(path).content.decode()
        assert client.post(path, {"do": "eat"}).status_code == 404


class TestTheOperator:
    def test_sees_and_revokes_everybody_s_and_rotates_none(self, world: World) -> None:
        key, _token = issue_api_key(
            user=world.partner, label="pull", scopes=["reports:read"], by=None, at=timezone.now()
        )
        client = signed_in(world.operator)
        page = client.get("/keys/all/").content.decode()
        assert "pull" in page and "partner" in page
        assert 'value="rotate"' not in client.get(f"/keys/{key.prefix}/").content.decode()
        assert client.post(f"/keys/{key.prefix}/", {"do": "rotate"}).status_code == 403
        client.post(f"/keys/{key.prefix}/", {"do": "revoke", "sure": "yes"})
        key.refresh_from_db()
        assert key.revoked_at is not None
