"""The documents under test; no database is asked."""

from __future__ import annotations

from typing import Any

import pytest

from reports.api.document.written import made


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The document as the doors stand now."""
    return made()
