"""Pure questions about keys: which scopes there are, who hands them out, how long a key lasts."""

from __future__ import annotations

from datetime import timedelta

# Rooms whose work is a partner's own: a partner makes keys for these without asking anybody.
PARTNER_ROOMS = ("reports", "inbox", "webhooks", "keys", "imports", "disclosures")
# Rooms of roles that enrol a second factor, or hold others' files: the operator makes these keys.
OPERATOR_ROOMS = ("review", "notices", "triage", "chair", "reopenings", "recommendations")
ROOMS = (*PARTNER_ROOMS, *OPERATOR_ROOMS)
VERBS = ("read", "write")
# What a partner may be shown of reports beyond the public (docs/decisions/0038): nothing else ever.
FIELDS = ("report", "source", "source_kind", "stance", "means", "received_on")
FIELD_SCOPES = tuple(f"field:{field}" for field in FIELDS)
SCOPES = (*(f"{room}:{verb}" for room in ROOMS for verb in VERBS), *FIELD_SCOPES)
PARTNER_SCOPES = (
    *(f"{room}:{verb}" for room in PARTNER_ROOMS for verb in VERBS if room != "disclosures"),
    "disclosures:read",
    *FIELD_SCOPES,
)

KEY_LIFETIME = timedelta(days=365)  # where nothing shorter is asked for, and the longest
LIFETIMES = tuple(timedelta(days=days) for days in (30, 90, 180, 365))
OVERLAP = timedelta(days=1)  # for which a key goes on after it was rotated
LABEL_MOST = 80  # characters
MOST_KEYS = 20  # of one person at a time
