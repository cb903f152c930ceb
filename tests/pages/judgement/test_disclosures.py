"""The page on which a chair lets a partner see more than the public, and withdraws it."""

from __future__ import annotations

from django.test import Client

from tests.factories import World
from verification.partners.models import Disclosure

PAGE = "/disclosures/"
SENT = {"partner": "partner", "fields_shown": ["stance", "means"], "why": "For their table."}


def test_granted_listed_and_withdrawn(world: World, client: Client) -> None:
    client.force_login(world.chair)
    assert "Nobody was let see more" in client.get(PAGE).content.decode()
    assert client.post(PAGE, SENT).status_code == 302
    row = Disclosure.objects.get()
    assert (row.user, row.fields) == (world.partner, ["stance", "means"])
    page = client.get(PAGE).content.decode()
    assert "For their table." in page and "Relief" in page
    client.post(PAGE, {"do": "withdraw", "key": row.pk})
    row.refresh_from_db()
    assert row.ended_at is not None
    for key in (row.pk, "x"):
        assert client.post(PAGE, {"do": "withdraw", "key": key}).status_code == 404


def test_what_is_wrong_is_said(world: World, client: Client) -> None:
    client.force_login(world.chair)
    for wrong in ({"partner": "filer"}, {"fields_shown": ["narrative"]}, {"why": ""}):
        assert client.post(PAGE, SENT | wrong).status_code == 422
    assert not Disclosure.objects.exists()
