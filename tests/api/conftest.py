"""What is decided in these tests is signed when all has settled: the public face reads the log."""

import pytest


@pytest.fixture(autouse=True)
def _clock_ticks(ticking: None) -> None:
    """Tick at the end of every settle()."""
