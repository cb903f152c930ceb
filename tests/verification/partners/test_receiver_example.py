"""The receiver in docs/ verifies what is sent, with the npm library that nobody here wrote.

Needs `npm ci` in tests/node (the gate does it).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import NOW, World, a_draft, an_accepted_report, settle
from verification.partners.actions.deliveries import deliver_due
from verification.partners.actions.endpoints import (
    register_endpoint,
    replay_deliveries,
    rotate_secret,
)
from verification.partners.models import Attempt, Delivery, Endpoint

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "webhook-receiver.mjs"
PACKAGES = ROOT / "tests" / "node"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not here"),
    pytest.mark.skipif(
        not (PACKAGES / "node_modules" / "standardwebhooks").is_dir(),
        reason="npm ci in tests/node",
    ),
]


class Example:
    """The example as a process of its own, started with a secret."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.url = "http://127.0.0.1:9/hook"

    def start(self, secret: str) -> str:
        """Start it and return where it listens."""
        env = {"PATH": os.environ["PATH"], "WEBHOOK_SECRET": secret, "PORT": "0"}
        self.process = subprocess.Popen(
            ["node", str(EXAMPLE)], cwd=PACKAGES, env=env, stdout=subprocess.PIPE, text=True
        )
        return f"http://127.0.0.1:{self.said().split()[1]}/hook"

    def said(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def example() -> Iterator[Example]:
    one = Example()
    yield one
    if one.process is not None:
        one.process.kill()
        one.process.wait()


@pytest.fixture(autouse=True)
def near(settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True
    settings.WEBHOOK_PATIENCE_S = 5.0
    settings.SITE_ORIGIN = "https://truce.example"


def a_message(world: World) -> tuple[Endpoint, str, str]:
    endpoint, secret = register_endpoint(
        agreement=world.agreement,
        url="http://127.0.0.1:9/hook",
        topics=["report.accepted"],
        by=world.partner,
        at=NOW,
    )
    report = an_accepted_report(world, a_draft(world), by=world.partner)
    settle()
    return endpoint, secret, report.receipt


def test_it_verifies_knows_what_it_had_and_refuses_what_is_old(
    world: World, example: Example
) -> None:
    endpoint, secret, receipt = a_message(world)
    Endpoint.objects.update(url=example.start(secret))
    deliver_due(at=timezone.now())
    assert example.said() == (
        f"report.accepted {receipt} https://truce.example/api/v1/reports/{receipt}"
    )
    replay_deliveries(endpoint=endpoint, since=NOW, by=world.partner, at=NOW)
    deliver_due(at=timezone.now())
    assert example.said() == f"again msg_{Delivery.objects.get().pk.hex}"
    replay_deliveries(endpoint=endpoint, since=NOW, by=world.partner, at=NOW)
    deliver_due(at=timezone.now() - timedelta(minutes=10))
    assert list(Attempt.objects.order_by("id").values_list("status", flat=True)) == [204, 204, 401]


def test_either_secret_verifies_while_it_is_changed(world: World, example: Example) -> None:
    endpoint, old, receipt = a_message(world)
    Endpoint.objects.update(url=example.start(old))
    rotate_secret(endpoint=endpoint, by=world.partner, at=timezone.now())
    deliver_due(at=timezone.now())
    assert receipt in example.said()
