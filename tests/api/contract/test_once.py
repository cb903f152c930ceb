"""A machine's POST is done once: the same key gets the same answer, whatever happens between."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from reports.api.document.finishing import operations
from reports.api.document.written import written
from reports.people.actions import revoke_api_key
from reports.people.queries import user_by_api_key
from reports.repeats.actions import forget_answers
from reports.repeats.models import KeptAnswer
from reports.repeats.queries import is_free
from reports.repeats.rules import KEPT
from tests.api.machines import is_problem, key_for, machine
from tests.factories import World, an_accepted_report
from verification.incidents.models import Incident

OPEN = "/api/v1/triage/incidents"
KEY = "2f1c7f4e-6d43-4c39-9a55-0d3b8f1d7c11"


@pytest.fixture
def body(world: World) -> dict[str, Any]:
    report = an_accepted_report(world)
    return {"report": str(report.pk), "why": "Nothing of that night is on record yet."}


@pytest.fixture
def token(world: World) -> str:
    return key_for(world.triage, "triage:read", "triage:write")


def send(token: str, body: Any, key: str | None = KEY) -> Any:
    raw, headers = json.dumps(body), {"Idempotency-Key": key}
    return machine(token).post(OPEN, raw, content_type="application/json", headers=headers)


def test_the_same_key_gets_the_same_answer(token: str, body: Any) -> None:
    first, again = send(token, body), send(token, body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Incident.objects.count() == 1
    assert send(token, body, f'"{KEY}"').content == first.content  # as a structured field


def test_another_request_under_the_same_key_is_refused(token: str, body: Any) -> None:
    send(token, body)
    problem = is_problem(send(token, {**body, "why": "Another reason."}), 422)
    assert problem["code"] == "idempotency-key-reused"
    assert Incident.objects.count() == 1


def test_without_a_key_a_machine_is_refused(token: str, body: Any) -> None:
    assert is_problem(send(token, body, None), 400)["code"] == "idempotency-key-needed"
    for wrong in ("", '""', "x" * 256, "ключ"):
        code = is_problem(send(token, body, wrong), 400)["code"]
        assert code == "idempotency-key-unreadable"
    assert Incident.objects.count() == 0


def test_a_person_needs_none(world: World, body: Any) -> None:
    desk = Client()
    desk.force_login(world.triage)
    answer = desk.post(OPEN, json.dumps(body), content_type="application/json")
    assert answer.status_code == 201
    assert KeptAnswer.objects.count() == 0


def test_a_refusal_is_not_kept(token: str, body: Any) -> None:
    is_problem(send(token, {**body, "why": ""}), 422)
    assert KeptAnswer.objects.count() == 0
    assert send(token, body).status_code == 201


def test_what_was_answered_is_not_shown_to_a_key_that_was_revoked(
    world: World, token: str, body: Any
) -> None:
    send(token, body)
    found: Any = user_by_api_key(token, at=timezone.now())
    revoke_api_key(key=found[1], by=None, at=timezone.now())
    is_problem(send(token, body), 401)


def test_keys_of_two_owners_are_two(world: World, token: str, body: Any) -> None:
    send(token, body)
    other = key_for(world.filer, "triage:read", "triage:write")
    assert send(other, body).status_code in (403, 404)


def test_while_the_first_is_under_way_the_second_is_told(live_world: World) -> None:
    user = live_world.triage
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            assert is_free(user, KEY)
            held.set()
            done.wait(20)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(20)
        report = an_accepted_report(live_world)
        body = {"report": str(report.pk), "why": "Nothing is on record yet."}
        token = key_for(user, "triage:read", "triage:write")
        assert is_problem(send(token, body), 409)["code"] == "request-under-way"
    finally:
        done.set()
        other.join()
    assert send(token, body).status_code == 201


def test_what_is_kept_opens_with_the_key_alone(token: str, body: Any) -> None:
    code = send(token, body).json()["code"]
    row = KeptAnswer.objects.get()
    kept = bytes(row.sealed) + row.digest.encode() + row.fingerprint.encode()
    assert code.encode() not in kept
    assert KEY.encode() not in kept


def test_answers_are_forgotten_after_sixty_days(token: str, body: Any) -> None:
    send(token, body)
    at = KeptAnswer.objects.get().at
    assert timedelta(days=60) == KEPT
    assert forget_answers(at=at + KEPT) == 0
    assert forget_answers(at=at + KEPT + timedelta(seconds=1)) == 1


def test_every_post_of_a_machine_takes_a_key_or_says_why_not() -> None:
    for path, method, one in operations(written()):
        keys = {p["name"] for p in one.get("parameters", ()) if p["in"] == "header"}
        machines = any("apiKey" in way for way in one["security"])
        json_body = (
            "application/json"
            in one.get("requestBody", {"content": {"application/json": 1}})["content"]
        )
        if method == "post" and machines and json_body:
            assert "Idempotency-Key" in keys or one.get("x-repeatable"), path
