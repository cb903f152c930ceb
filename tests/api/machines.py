"""Talking to the API in tests, as a machine does."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.test import Client
from django.utils import timezone

from reports.people.actions import issue_api_key
from reports.people.models import User
from tests.factories import World

REPORTS = "/api/v1/reports"


def key_for(user: User, *scopes: str) -> str:
    """Return the token of a fresh key."""
    return issue_api_key(
        user=user,
        label="tests",
        scopes=scopes or ("reports:read", "reports:write"),
        by=None,
        at=timezone.now(),
    )[1]


class Machine(Client):
    """A client that sends a new Idempotency-Key with each POST, unless it is given one."""

    def generic(self, method: str, path: str, *args: Any, **options: Any) -> Any:
        headers = dict(options.pop("headers", None) or {})
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        kept = {name: value for name, value in headers.items() if value is not None}
        return super().generic(method, path, *args, headers=kept, **options)


def machine(token: str) -> Client:
    return Machine(HTTP_AUTHORIZATION=f"Bearer {token}", enforce_csrf_checks=True)


def a_body(world: World, **changes: Any) -> dict[str, Any]:
    """Return a complete body: explosions heard in Ganja in the night to 11 October."""
    body: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "agreement": "nk2020",
        "act": "missile_strike",
        "stance": "observes",
        "means": "heard",
        "observed_from": "2020-10-11T02:00:00+04:00",
        "observed_until": "2020-10-11T03:00:00+04:00",
        "time_precision": "hour",
        "location": {"kind": "place", "place": str(world.ganja.pk), "typed": "Ganja"},
        "accused": {"kind": "unknown"},
        "narrative": "Three heavy explosions were heard from the centre of the city.",
        "tolls": [{"harm": "killed", "category": "civilians", "least": 5, "best": None, "most": 9}],
    }
    return body | changes


def post(client: Client, body: Any, **options: Any) -> Any:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(REPORTS, raw, **({"content_type": "application/json"} | options))


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    """Check the form of a refusal and return its body."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert {"type", "title", "code"} <= body.keys()
    return body
