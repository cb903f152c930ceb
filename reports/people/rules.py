"""Pure questions about keys: which scopes there are, who hands them out, how long a key lasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

# Rooms whose work is a partner's own: a partner makes keys for these without asking anybody.
# Withdrawing and testifying are scopes of their own: what a key that files can do is filing.
PARTNER_ROOMS = (
    *("reports", "withdrawals", "statements", "inbox"),
    *("webhooks", "keys", "imports", "disclosures"),
)
READ_ONLY, WRITE_ONLY = ("disclosures",), ("withdrawals",)
# Rooms of roles that enrol a second factor, or hold others' files: the operator makes these keys.
OPERATOR_ROOMS = ("review", "notices", "triage", "chair", "reopenings", "recommendations")
ROOMS = (*PARTNER_ROOMS, *OPERATOR_ROOMS)
VERBS = ("read", "write")
# What a partner may be shown of reports beyond the public (docs/decisions/0038): nothing else ever.
FIELDS = ("report", "source", "source_kind", "stance", "means", "received_on")
FIELD_SCOPES = tuple(f"field:{field}" for field in FIELDS)
NOT_THERE = (*(f"{room}:write" for room in READ_ONLY), *(f"{room}:read" for room in WRITE_ONLY))


def _scopes(rooms: Sequence[str]) -> tuple[str, ...]:
    named = (f"{room}:{verb}" for room in rooms for verb in VERBS)
    return (*(scope for scope in named if scope not in NOT_THERE), *FIELD_SCOPES)


SCOPES = _scopes(ROOMS)
PARTNER_SCOPES = _scopes(PARTNER_ROOMS)

KEY_LIFETIME = timedelta(days=365)  # where nothing shorter is asked for, and the longest
LIFETIMES = tuple(timedelta(days=days) for days in (30, 90, 180, 365))
OVERLAP = timedelta(days=1)  # for which a key goes on after it was rotated
LABEL_MOST = 80  # characters
MOST_KEYS = 20  # of one person at a time
