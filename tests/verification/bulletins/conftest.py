"""A day with everything in it, and the log's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.factories import World
from verification.bulletins.rules import GRACE, period_of

BAKU = ZoneInfo("Asia/Baku")
Morning = Callable[[date], datetime]


@pytest.fixture
def morning() -> Morning:
    """Return when the bulletin of a day is drafted."""
    return lambda day: period_of(day, BAKU)[1] + GRACE


@pytest.fixture
def signed(publish: Any) -> Callable[[], None]:
    """Return the tick of the log's clock."""
    return publish  # type: ignore[no-any-return]


@pytest.fixture
def agreement(world: World) -> Any:
    return world.agreement
