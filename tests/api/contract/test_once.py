"""A machine's POST is done once: the same key gets the same answer, whatever happens between."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from reports.api.document.finishing import operations
from reports.api.document.written import written
from reports.intake.actions import withdraw_report
from reports.people.actions import revoke_api_key
from reports.people.queries import user_by_api_key
from reports.repeats.actions import forget_answers
from reports.repeats.models import KeptAnswer
from reports.repeats.queries import is_free
from reports.repeats.rules import ANSWER_KEPT, KEPT
from tests.api.machines import is_problem, key_for, machine
from tests.factories import NOW, World, a_report, an_accepted_report
from verification.incidents.models import Incident
from verification.ledger.actions.erasure import erase_report

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
    for wrong in ("", '""', "a key", "x" * 256, "ключ"):
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


def test_what_was_answered_is_kept_for_a_day_and_that_it_was_for_sixty(
    token: str, body: Any
) -> None:
    first = send(token, body)
    at = KeptAnswer.objects.get().at
    assert (at.minute, at.second, at.microsecond) == (0, 0, 0)
    assert (timedelta(days=1), timedelta(days=60)) == (ANSWER_KEPT, KEPT)
    forget_answers(at=at + ANSWER_KEPT)
    assert send(token, body).content == first.content
    second = timedelta(seconds=1)
    assert forget_answers(at=at + ANSWER_KEPT + second) == 0
    assert is_problem(send(token, body), 409)["code"] == "request-done-before"
    assert is_problem(send(token, {**body, "why": "Another."}), 422)
    assert Incident.objects.count() == 1
    assert forget_answers(at=at + KEPT + second) == 1


def test_after_an_erasure_nothing_answers_what_was_erased(
    world: World, token: str, body: Any, signer: Any
) -> None:
    send(token, body)
    gone = withdraw_report(report=a_report(world), by=world.filer, at=NOW)
    erase_report(report=gone, basis="danger_to_a_person", by=world.operator, at=timezone.now())
    assert bytes(KeptAnswer.objects.get().sealed) == b""
    assert is_problem(send(token, body), 409)["code"] == "request-done-before"


def test_a_secret_is_answered_once_and_never_kept(world: World) -> None:
    token = key_for(world.partner, "keys:read", "keys:write", "reports:read")
    address = f"/api/v1/keys/{token.partition('.')[0]}/rotation"
    sent = {"content_type": "application/json", "headers": {"Idempotency-Key": KEY}}
    made = machine(token).post(address, **sent)
    assert made.status_code == 201 and "." in made.json()["token"]
    assert bytes(KeptAnswer.objects.get().sealed) == b""
    other = key_for(world.partner, "keys:write")  # of the same person
    for again in (token, other, made.json()["token"]):
        is_problem(machine(again).post(address, **sent), 409)


def test_a_repetition_is_counted_like_any_request(token: str, body: Any) -> None:
    left = [left_in(send(token, body)) for _turn in range(3)]
    left.append(left_in(send(token, {**body, "why": "Another."})))
    assert left == [left[0], left[0] - 1, left[0] - 2, left[0] - 3]


def left_in(answer: Any) -> int:
    """Return how many requests of this minute are left."""
    return int(re.search(r'"write-minute";r=(\d+)', answer["RateLimit"])[1])  # type: ignore[index]


def test_a_body_without_end_is_refused_by_name(token: str, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    is_problem(send(token, {"report": "x" * 2_000}), 413)


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
