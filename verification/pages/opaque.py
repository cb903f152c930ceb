"""Form values that stand for a row without its key: as reports.identity makes them."""

from reports.identity import keys_behind, opaque

__all__ = ["keys_behind", "opaque"]
