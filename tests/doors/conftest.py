"""Both agreements, built once for each file; the clock stands still; throttles are off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.doors.places import Two, build_two
from tests.factories import NOW


@pytest.fixture(scope="module")
def two(django_db_setup: None, django_db_blocker: Any) -> Iterator[Two]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_two()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(two: Two, django_db_blocker: Any) -> Iterator[dict[str, Client]]:
    """Return a browser for everybody, signed in once."""
    with django_db_blocker.unblock():
        found = {}
        for name, user in two.everybody().items():
            found[name] = Client(raise_request_exception=False)
            if user is not None:
                found[name].force_login(user)
        yield found


@pytest.fixture(autouse=True)
def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    cache.clear()
