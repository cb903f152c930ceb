"""How bytes of evidence leave: never kept on the way, never taken for what they are not."""

from __future__ import annotations

PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
SANDBOX = "sandbox; default-src 'none'"
