"""What goes wrong with one endpoint is written down for its message, and stops no other."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import NOW, World, a_draft, an_accepted_report, settle
from verification.partners.actions import deliveries
from verification.partners.actions.deliveries import deliver_due
from verification.partners.actions.endpoints import (
    change_endpoint,
    register_endpoint,
    remove_endpoint,
)
from verification.partners.models import Attempt, Delivery, Endpoint
from verification.partners.reaching import Answered
from verification.partners.rules import TOPICS

NOBODY = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def near(settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True


def endpoints(world: World, *paths: str) -> list[Endpoint]:
    """Register endpoints where nobody listens, with a message that waits for each."""
    given: dict[str, Any] = {"agreement": world.agreement, "by": world.partner, "at": NOW}
    made = [register_endpoint(url=NOBODY + path, topics=TOPICS, **given)[0] for path in paths]
    an_accepted_report(world, a_draft(world), by=world.partner)
    settle()
    return made


def outcomes() -> dict[str, str]:
    rows = Attempt.objects.values_list("delivery__endpoint__url", "outcome")
    return {url.removeprefix(NOBODY): outcome for url, outcome in rows}


def test_a_secret_that_does_not_open(world: World) -> None:
    broken, _other = endpoints(world, "a", "b")
    Endpoint.objects.filter(pk=broken.pk).update(secret=os.urandom(60))
    assert deliver_due(at=NOW) == 2
    assert outcomes() == {"a": "failed", "b": "unreachable"}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.parametrize("url", ["https://a..b/", f"https://{'a' * 64}.example/"])
def test_a_name_that_cannot_be_looked_up(world: World, url: str) -> None:
    wrong, _other = endpoints(world, "a", "b")
    Endpoint.objects.filter(pk=wrong.pk).update(url=url)  # it was registered before the rule
    assert deliver_due(at=NOW) == 2
    assert outcomes() == {url: "unreachable", "b": "unreachable"}


def test_what_nobody_thought_of(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def sent(url: str, *_given: Any, **_how: Any) -> Answered:
        if url.endswith("a"):
            raise KeyError(url)
        return Answered("delivered", 200, 1)

    monkeypatch.setattr(deliveries, "send", sent)
    endpoints(world, "a", "b")
    assert deliver_due(at=NOW) == 2
    assert outcomes() == {"a": "failed", "b": "delivered"}
    assert "KeyError" in caplog.text and NOBODY not in caplog.text


def pause(endpoint: Endpoint, world: World) -> None:
    change_endpoint(endpoint=endpoint, topics=TOPICS, paused=True, by=world.partner, at=NOW)


def remove(endpoint: Endpoint, world: World) -> None:
    remove_endpoint(endpoint=endpoint, by=world.partner, at=NOW)


@pytest.mark.parametrize(
    ("does", "outcome", "state"),
    [(remove, "not_allowed", "given_up"), (pause, "not_active", "waiting")],
)
def test_it_was_removed_or_paused_since_its_message_was_claimed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    does: Callable[[Endpoint, World], None],
    outcome: str,
    state: str,
) -> None:
    endpoint = endpoints(world, "a")[0]
    claim = deliveries._claim

    def claimed(*given: Any) -> Any:
        found = claim(*given)
        if found is not None:
            does(endpoint, world)
        return found

    monkeypatch.setattr(deliveries, "_claim", claimed)
    assert deliver_due(at=NOW) == 1
    assert (outcomes(), Delivery.objects.get().state) == ({"a": outcome}, state)
