"""The public record of these tests: one decided, one ruled, one contested, one hidden incident."""

from __future__ import annotations

import pytest

from tests.factories import World
from tests.public_record import PublicRecord, build_public_record


@pytest.fixture
def record(world: World) -> PublicRecord:
    """Return the incidents, with canaries planted wherever an observer is spoken of."""
    return build_public_record(world)
