"""The figures are public: a decision counts once it is signed."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _clock_ticks(ticking: None) -> None:
    """Tick at the end of every settle()."""
