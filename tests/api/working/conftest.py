"""The clock of these tests stands in the world's own days."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories import NOW


@pytest.fixture(autouse=True)
def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
