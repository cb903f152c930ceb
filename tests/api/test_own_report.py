"""One's own report by machine, to its end: superseded, withdrawn, proven; by nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from reports.intake.actions import withdraw_report
from reports.intake.models import Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from tests.api.machines import REPORTS, a_body, is_problem, key_for, machine, post
from tests.factories import NOW, World, a_report
from tests.proofs import no_trace, one_event
from verification.notifications.audience import messages_of

FULL = ("reports:read", "reports:write", "withdrawals:write")


@pytest.fixture
def filer(world: World) -> Client:
    return machine(key_for(world.filer, *FULL))


def withdraw(client: Client, receipt: str, **headers: str) -> Any:
    url = f"{REPORTS}/{receipt}/withdraw"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(url, json.dumps({}), content_type="application/json", headers=sent)


class TestWithdrawal:
    def test_from_the_version_that_was_read(self, filer: Client, world: World) -> None:
        receipt = a_report(world).receipt
        read = filer.get(f"{REPORTS}/{receipt}")
        with no_trace():
            is_problem(withdraw(filer, receipt), 428)
            is_problem(withdraw(filer, receipt, If_Match='"9"'), 412)
        with one_event(Kind.REPORT_WITHDRAWN):
            answer = withdraw(filer, receipt, If_Match=read["ETag"])
        assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
        assert answer["ETag"] != read["ETag"]
        with no_trace():
            is_problem(withdraw(filer, receipt, If_Match=answer["ETag"]), 409)

    def test_nobody_else_s(self, world: World) -> None:
        receipt = a_report(world).receipt
        for user in (world.witness, world.triage, world.chair, world.partner, world.operator):
            client = machine(key_for(user, *FULL))
            with no_trace():
                is_problem(withdraw(client, receipt, If_Match='"1"'), 404)

    def test_a_key_that_files_does_not(self, world: World) -> None:
        files = machine(key_for(world.filer, "reports:read", "reports:write"))
        receipt = a_report(world).receipt
        with no_trace():
            is_problem(withdraw(files, receipt, If_Match='"1"'), 403)
            is_problem(files.get("/api/v1/statements/open"), 403)

    def test_its_author_is_told_for_it_may_have_been_another(self, world: World) -> None:
        report = withdraw_report(report=a_report(world), by=world.filer, at=NOW)
        event = Event.objects.get(kind=Kind.REPORT_WITHDRAWN)
        told = {message.user_id: message for message in messages_of(event)}
        mine = told[world.filer.pk]
        assert (mine.topic, mine.key) == ("own_report_withdrawn", report.receipt)
        assert told[world.triage.pk].topic == "report_withdrawn"


def test_a_report_is_superseded_by_its_author(filer: Client, world: World) -> None:
    first = post(filer, a_body(world)).json()["receipt"]
    second = post(filer, a_body(world, supersedes=first)).json()
    assert second["supersedes"] == first
    assert Report.objects.get(receipt=first).superseded_by.receipt == second["receipt"]


class TestProof:
    def test_it_promises_and_says_by_when(
        self, filer: Client, world: World, django_assert_max_num_queries: Any
    ) -> None:
        report = a_report(world)
        with django_assert_max_num_queries(12):
            seen = filer.get(f"{REPORTS}/{report.receipt}/proof").json()
        assert (seen["receipt"], seen["body"]) == (report.receipt, report.sha256)
        assert seen["promised"].endswith("Z")
        assert seen["kept"] is (seen["leaf"] != "") is (seen["proof"] != "")

    def test_nobody_else_s(self, world: World) -> None:
        receipt = a_report(world).receipt
        for user in (world.witness, world.triage, world.chair, world.partner):
            is_problem(machine(key_for(user)).get(f"{REPORTS}/{receipt}/proof"), 404)
