"""The tutorial is true: its blocks run as they stand, over what this site answers."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from django.utils import timezone
from rest_framework.test import RequestsClient
from standardwebhooks import Webhook, WebhookVerificationError

from reports.people.actions import issue_api_key
from tests.factories import LATER, World
from tests.public_record import PublicRecord
from verification.partners.actions.feed import tell_changes

pytest.importorskip("pandas", reason="the tutorial's table needs pandas")
TUTORIAL = Path(__file__).resolve().parents[3] / "docs" / "tutorial.md"
BLOCKS = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SITE = "http://testserver"


def test_it_runs_from_the_first_block_to_the_last(
    world: World, record: PublicRecord, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    tell_changes(at=LATER)
    scopes = ["reports:read", "webhooks:write"]
    _key, token = issue_api_key(
        user=world.partner, label="tutorial", scopes=scopes, by=None, at=timezone.now()
    )
    monkeypatch.setenv("CVR_SITE", SITE)
    monkeypatch.setenv("CVR_KEY", token)
    monkeypatch.setattr(requests, "Session", RequestsClient)  # carried to this process
    told: dict[str, Any] = {}
    for block in BLOCKS.findall(TUTORIAL.read_text(encoding="utf-8")):
        exec(compile(block, str(TUTORIAL), "exec"), told)  # noqa: S102 - our own page

    out = capsys.readouterr().out
    code = f"{record.decided.code}-F1"
    assert code in list(told["findings"]["code"])
    assert f"{code} is what was published: " in out
    assert set(told["standings"]["party"]) == {"ARM", "AZE"}
    assert ("finding", code) in told["changed"]
    check_refuses_forgeries(told, code)
    check_reads_messages(told)


def check_refuses_forgeries(told: dict[str, Any], code: str) -> None:
    name, key_id, material = told["pinned"].split("+", 2)  # base64 may hold one more
    other = material[:-2] + ("A" if material[-2] != "A" else "B") + material[-1]
    with pytest.raises((AssertionError, InvalidSignature, ValueError)):
        told["check"](code, f"{name}+{key_id}+{other}")
    with pytest.raises(AssertionError, match="has not signed"):
        told["check"](code, f"{name}+00000000+{material}")
    honest, get = told["get"](f"/log/records/{code}.json"), told["get"]
    honest._content = honest.content.replace(b'"code"', b'"kode"')
    told["get"] = lambda path, **query: honest if "/log/records/" in path else get(path, **query)
    with pytest.raises(AssertionError, match="another record"):
        told["check"](code, told["pinned"])


def check_reads_messages(told: dict[str, Any]) -> None:
    body = json.dumps({"type": "finding.published", "data": {"id": "NK20-0001-F1"}})
    at = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(told["secret"]).sign("msg_1", at, body),
    }
    assert told["on_message"](headers, body.encode())["data"]["id"] == "NK20-0001-F1"
    with pytest.raises(WebhookVerificationError):
        told["on_message"](headers, body.replace("F1", "F2").encode())
