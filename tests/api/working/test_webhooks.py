"""Partners' endpoints by machine: a secret shown once, versions, the log of what was sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.machines import is_problem, key_for, machine
from tests.factories import World, a_draft, an_accepted_report, settle
from verification.partners.actions.deliveries import deliver_due
from verification.partners.models import Delivery, Endpoint

DOOR = "/api/v1/webhooks"
BODY = {"url": "http://127.0.0.1:9/hook", "topics": ["report.accepted", "finding.published"]}


def send(client: Client, path: str, body: Any, method: str = "POST", **headers: str) -> Any:
    raw = json.dumps(body)
    return client.generic(
        method, f"{DOOR}{path}", raw, content_type="application/json", headers=headers
    )


@pytest.fixture
def partner(world: World) -> Client:
    return machine(key_for(world.partner, "webhooks:read", "webhooks:write"))


def test_a_secret_is_shown_when_it_is_made_and_never_again(partner: Client) -> None:
    made = send(partner, "", BODY)
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    key, secret = made.json()["id"], made.json()["secret"]
    assert secret.startswith("whsec_")
    again = send(partner, f"/{key}/secret", None).json()
    assert again["secret"] != secret
    for text in (partner.get(DOOR).content, partner.get(f"{DOOR}/{key}").content):
        assert b"whsec_" not in text


def test_changing_and_removing_name_the_version_that_was_read(partner: Client) -> None:
    key = send(partner, "", BODY).json()["id"]
    tag = partner.get(f"{DOOR}/{key}")["ETag"]
    body = {"topics": ["bulletin.released"], "paused": True}
    is_problem(send(partner, f"/{key}", body, "PUT"), 428)
    changed = send(partner, f"/{key}", body, "PUT", **{"If-Match": tag})
    assert (changed.json()["state"], changed.json()["topics"]) == ("paused", body["topics"])
    is_problem(send(partner, f"/{key}", body, "PUT", **{"If-Match": tag}), 412)
    gone = send(partner, f"/{key}", None, "DELETE", **{"If-Match": changed["ETag"]})
    assert gone.status_code == 204
    is_problem(partner.get(f"{DOOR}/{key}"), 404)
    assert Endpoint.objects.get().secret is None


def test_the_log_tells_every_try_and_a_message_goes_out_again(
    world: World, partner: Client
) -> None:
    key = send(partner, "", BODY).json()["id"]
    report = an_accepted_report(world, a_draft(world), by=world.partner)
    settle()
    deliver_due(at=timezone.now())
    (row,) = partner.get(f"{DOOR}/{key}/deliveries").json()["results"]
    assert (row["topic"], row["about"], row["state"]) == (
        "report.accepted",
        report.receipt,
        "waiting",
    )
    assert [one["outcome"] for one in row["tries"]] == ["unreachable"]
    Delivery.objects.update(state="given_up")
    assert send(partner, f"/{key}/replay", {"ids": [row["id"]]}).json() == {"queued": 1}
    is_problem(send(partner, f"/{key}/replay", {}), 422)
    assert partner.get(f"{DOOR}/{key}/deliveries?state=delivered").json()["results"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://10.0.0.1/"},
        {"url": "http://example.org/"},
        {"topics": []},
        {"topics": ["case.opened"]},
    ],
)
def test_what_cannot_be_is_refused(partner: Client, changes: dict[str, Any]) -> None:
    is_problem(send(partner, "", BODY | changes), 422)
    assert not Endpoint.objects.exists()


def test_a_key_needs_the_scope(world: World) -> None:
    reads = machine(key_for(world.partner, "webhooks:read"))
    is_problem(send(reads, "", BODY), 403)
    is_problem(machine(key_for(world.partner, "reports:read")).get(DOOR), 403)
