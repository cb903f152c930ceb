"""The page of a partner's endpoints: a secret shown once, the log, everything without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import NOW, World, a_draft, an_accepted_report, settle
from verification.partners.actions.deliveries import deliver_due
from verification.partners.models import Delivery, Endpoint

FORM = {"url": "http://127.0.0.1:9/hook", "topics": ["report.accepted"]}


@pytest.fixture
def partner(world: World, client: Client) -> Client:
    client.force_login(world.partner)
    return client


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_an_endpoint_is_registered_and_its_secret_shown_once(partner: Client) -> None:
    assert "No endpoint yet" in words(partner.get("/webhooks/"))
    made = words(partner.post("/webhooks/", FORM))
    assert made.count("whsec_") == 1
    page = f"/webhooks/{Endpoint.objects.get().pk}/"
    assert page in words(partner.get("/webhooks/"))
    assert "whsec_" not in words(partner.get(page))
    assert words(partner.post(page, {"do": "secret"})).count("whsec_") == 1


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(partner: Client) -> None:
    answer = partner.post("/webhooks/", FORM | {"url": "http://example.org/x"})
    assert answer.status_code == 422
    assert "has to begin with https://" in words(answer)
    assert "http://example.org/x" in words(answer)


def test_it_is_paused_goes_on_and_is_removed(partner: Client) -> None:
    partner.post("/webhooks/", FORM)
    one = Endpoint.objects.get()
    asked = partner.post(f"/webhooks/{one.pk}/", {"do": "remove"})
    assert asked.status_code == 422 and "Nothing was removed" in words(asked)
    for do, state in (("pause", "paused"), ("resume", "active"), ("remove", "removed")):
        partner.post(f"/webhooks/{one.pk}/", {"do": do, "sure": "yes"})
        one.refresh_from_db()
        assert one.state == state
    assert partner.get(f"/webhooks/{one.pk}/").status_code == 404


def test_the_log_shows_each_try_and_sends_again(world: World, partner: Client) -> None:
    partner.post("/webhooks/", FORM)
    page = f"/webhooks/{Endpoint.objects.get().pk}/"
    report = an_accepted_report(world, a_draft(world), by=world.partner)
    settle()
    deliver_due(at=NOW)
    shown = words(partner.get(page))
    assert report.receipt in shown
    assert "Not reached" in shown
    Delivery.objects.update(state="given_up")
    partner.post(page, {"do": "replay", "key": str(Delivery.objects.get().pk)})
    assert Delivery.objects.get().state == "waiting"
    assert partner.post(page, {"do": "replay", "key": "x"}).status_code == 404
    day = str(NOW.date())
    for until, state in (("2000-01-01", "given_up"), ("", "waiting"), (day, "waiting")):
        Delivery.objects.update(state="given_up")
        partner.post(page, {"do": "replay-days", "since": day, "until": until})
        assert Delivery.objects.get().state == state
    assert partner.post(page, {"do": "replay-days", "since": "x"}).status_code == 422
