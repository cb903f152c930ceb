"""A liaison answers by machine; everybody reads their own inbox; the procedure is public."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reports.journal.kinds import Kind
from tests.api.machines import is_problem, key_for, machine
from tests.factories import NOW, World, an_incident, settle
from tests.proofs import no_trace, one_event
from verification.caseload.actions import publish_procedure
from verification.corroboration.models import PartyPosition

ANSWER: dict[str, Any] = {
    "position": "denies",
    "reason_code": "no_action_then",
    "text": "No unit of ours fired on that night.",
    "injured": {"least": None, "best": 2, "most": 5},
    "documents": [{"url": "https://orders.example/night", "description": "That night's order."}],
}


@pytest.fixture
def notice(world: World) -> PartyPosition:
    found: PartyPosition = an_incident(world).positions.get()
    return found


def speaks(user: Any, room: str) -> Client:
    return machine(key_for(user, f"{room}:read", f"{room}:write"))


def post(client: Client, url: str, body: Any, **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(url, json.dumps(body), content_type="application/json", headers=sent)


class TestNotices:
    def test_listed_read_and_answered(self, world: World, notice: PartyPosition) -> None:
        client = speaks(world.liaison_arm, "notices")
        rows = client.get(reverse("api-notices")).json()["results"]
        assert [(row["id"], row["state"]) for row in rows] == [(str(notice.pk), "awaited")]
        read = client.get(reverse("api-notice", args=[notice.pk]))
        assert read.json()["alleged"]["code"] == notice.incident.code
        url = reverse("api-notice-answer", args=[notice.pk])
        with no_trace():
            is_problem(post(client, url, ANSWER), 428)
            is_problem(post(client, url, ANSWER, If_Match='"7"'), 412)
        with one_event(Kind.POSITION_ANSWERED):
            said = post(client, url, ANSWER, If_Match=read["ETag"])
        assert said.status_code == 200 and said.json()["position"] == "denies"
        notice.refresh_from_db()
        assert (notice.conceded_injured, notice.conceded_injured_most) == (2, 5)
        assert notice.documents[0]["url"] == "https://orders.example/night"

    def test_what_is_wrong_is_named_by_its_place(self, world: World, notice: PartyPosition) -> None:
        client = speaks(world.liaison_arm, "notices")
        url = reverse("api-notice-answer", args=[notice.pk])
        etag = f'"{notice.version}"'
        wrong = ANSWER | {"documents": [{"url": "not a link", "description": "That night."}]}
        with no_trace():
            found = is_problem(post(client, url, wrong, If_Match=etag), 422)["errors"]
            assert [one["pointer"] for one in found] == ["/documents/0/url"]
            found = is_problem(post(client, url, ANSWER | {"reason_code": ""}, If_Match=etag), 422)
            assert found["errors"][0]["pointer"] == "/reason_code"

    def test_no_source_shows_and_nobody_else_opens_it(
        self, world: World, notice: PartyPosition
    ) -> None:
        report = notice.incident.links.get().report
        client = speaks(world.liaison_arm, "notices")
        text = client.get(reverse("api-notice", args=[notice.pk])).content.decode()
        for hidden in (report.pk, report.receipt, report.filed_by.username):
            assert str(hidden) not in text
        for name in ("liaison_aze", "filer", "chair", "triage", "reviewer_arm", "outsider"):
            other = speaks(getattr(world, name), "notices")
            is_problem(other.get(reverse("api-notice", args=[notice.pk])), 404)
            url = reverse("api-notice-answer", args=[notice.pk])
            with no_trace():
                is_problem(post(other, url, ANSWER, If_Match='"1"'), 404)


class TestTheInbox:
    def test_read_one_and_then_all(self, world: World, notice: PartyPosition) -> None:
        client = speaks(world.liaison_arm, "inbox")
        told = client.get(reverse("api-inbox")).json()
        [row] = [one for one in told["results"] if one["topic"] == "accused"]
        assert told["unread"] == len(told["results"]) and row["read_at"] is None
        assert row["page"] == reverse("notice", args=[notice.pk])
        read = client.post(reverse("api-message-read", args=[row["id"]]))
        assert read.json()["read_at"] is not None
        assert client.post(reverse("api-inbox-read")).json() == {"read": told["unread"] - 1}
        assert client.get(reverse("api-inbox") + "?unread=1").json()["results"] == []
        stranger = speaks(world.filer, "inbox")
        is_problem(stranger.post(reverse("api-message-read", args=[row["id"]])), 404)

    def test_what_one_wants_told(self, world: World) -> None:
        client = speaks(world.filer, "inbox")
        url = reverse("api-preferences")
        kept = client.get(url).json()
        assert kept["muted"] == [] and "report_accepted" in kept["topics"]
        wanted = {"digest": "off", "muted": ["report_accepted"], "language": "fr"}
        put = client.put(url, json.dumps(wanted), content_type="application/json")
        assert put.json()["muted"] == ["report_accepted"]
        for wrong in (wanted | {"muted": ["accused"]}, wanted | {"digest": "daily"}):
            with no_trace():
                refused = client.put(url, json.dumps(wrong), content_type="application/json")
            is_problem(refused, 422)


def test_the_procedure_is_read_by_everybody(world: World, client: Client) -> None:
    published = publish_procedure(at=NOW)
    assert published is not None
    settle()
    [line] = client.get(reverse("api-procedures")).json()["results"]
    assert line["fingerprint"] == published.fingerprint
    whole = client.get(reverse("api-procedure", args=[line["number"]])).json()
    assert whole["content"] == json.loads(json.dumps(published.content))
    is_problem(client.get(reverse("api-procedure", args=[99])), 404)
