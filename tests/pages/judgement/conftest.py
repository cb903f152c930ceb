"""The clock of these tests, and the cast at its browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, World

CAST = (
    *("filer", "witness", "colleague", "triage", "chair", "reviewer_arm", "reviewer_aze"),
    *("reviewer_spare", "liaison_arm", "liaison_aze", "publisher", "partner", "operator"),
    "outsider",
)

Browse = Callable[[Any], Client]


class Clock:
    """The instant every page takes for now; a test may move it."""

    at = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the doors read the tests' clock: two days into the truce."""
    hands = Clock()
    monkeypatch.setattr(timezone, "now", lambda: hands.at)
    return hands


@pytest.fixture
def browse() -> Browse:
    """Return a browser in which somebody is signed in (None: nobody)."""

    def opened(user: Any) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return opened


@pytest.fixture
def cast(world: World) -> dict[str, Any]:
    """Return everybody by name, the anonymous reader included."""
    return {name: getattr(world, name) for name in CAST} | {"anonymous": None}
