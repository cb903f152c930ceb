"""What somebody says of a file they bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.evidence.choices import Sensitivity


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """What is claimed of one file; what is left out is taken from the file or its report."""

    kind: str = ""
    sensitivity: str = Sensitivity.ORDINARY
    caption: str = ""
    claimed_at: datetime | None = None
    claimed_lat: float | None = None
    claimed_lon: float | None = None
