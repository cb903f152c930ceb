"""The wire: the site over HTTP, for tests of clients nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from tests.factories import World
from tests.lines.wire import Wire, on_the_wire


@pytest.fixture
def wire(world: World, settings: Any) -> Iterator[Wire]:
    """The site on a port, in the transaction of the test."""
    cache.clear()
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    with on_the_wire() as wire:
        yield wire
