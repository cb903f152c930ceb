"""After a decision, by machine: ask to reopen it, answer; say what a recommendation came to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reports.journal.kinds import Kind
from tests.api.machines import is_problem, key_for, machine
from tests.factories import World, a_decided_incident, a_recommendation
from tests.proofs import no_trace, one_event
from verification.incidents.models import Incident
from verification.recommendations.models import Recommendation

TEXT = "The place was read from the wrong sheet of the map."


@pytest.fixture
def decided(world: World) -> Incident:
    return a_decided_incident(world)


def speaks(user: Any, room: str) -> Client:
    return machine(key_for(user, f"{room}:read", f"{room}:write"))


def post(client: Client, url: str, body: Any, version: str | None = None) -> Any:
    headers = {} if version is None else {"If-Match": version}
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers)


class TestReopenings:
    def ask(self, world: World, decided: Incident) -> Any:
        body = {"incident": decided.code, "ground": "error", "text": TEXT}
        client = speaks(world.liaison_arm, "reopenings")
        with one_event(Kind.REOPENING_ASKED):
            made = post(client, reverse("api-reopenings"), body)
        assert made.status_code == 201 and made["ETag"] == '"1"'
        return made.json()

    def test_asked_read_and_withdrawn_by_a_party(self, world: World, decided: Incident) -> None:
        made, client = self.ask(world, decided), speaks(world.liaison_arm, "reopenings")
        url = reverse("api-reopening", args=[made["id"]])
        seen = client.get(url)
        assert seen.json()["may"] == ["withdraw"]
        assert seen.json()["decision"]["parties"] == ["ARM"]
        assert [row["id"] for row in client.get(reverse("api-reopenings")).json()["results"]] == [
            made["id"]
        ]
        moves = reverse("api-reopening-moves", args=[made["id"]])
        with no_trace():
            is_problem(post(client, moves, {"do": "withdraw"}), 428)
            is_problem(post(client, moves, {"do": "withdraw"}, '"5"'), 412)
            is_problem(post(client, moves, {"do": "answer", "reason": TEXT}, '"1"'), 403)
        with one_event(Kind.REOPENING_WITHDRAWN):
            done = post(client, moves, {"do": "withdraw"}, seen["ETag"])
        assert done.json()["state"] == "withdrawn"

    def test_nobody_else_sees_or_asks(self, world: World, decided: Incident) -> None:
        made = self.ask(world, decided)
        url = reverse("api-reopening", args=[made["id"]])
        for name in ("liaison_aze", "filer", "triage", "partner", "operator", "outsider"):
            is_problem(speaks(getattr(world, name), "reopenings").get(url), 404)
        body = {"incident": decided.code, "ground": "error", "text": TEXT}
        for name in ("filer", "triage", "partner", "operator", "outsider"):
            client = speaks(getattr(world, name), "reopenings")
            with no_trace():
                is_problem(post(client, reverse("api-reopenings"), body), 403)

    def test_the_chair_answers_by_the_rules_of_the_page(
        self, world: World, decided: Incident
    ) -> None:
        made, chair = self.ask(world, decided), speaks(world.chair, "reopenings")
        seen = chair.get(reverse("api-reopening", args=[made["id"]]))
        assert "answer" in seen.json()["may"]
        moves = reverse("api-reopening-moves", args=[made["id"]])
        with no_trace():
            empty = {"do": "answer", "proposal": "refuse", "reason": "No."}
            is_problem(post(chair, moves, empty, seen["ETag"]), 422)
        said = {"do": "answer", "proposal": "refuse", "reason": TEXT}
        done = post(chair, moves, said, seen["ETag"]).json()
        assert done["state"] in ("proposed", "refused"), "alone where the chair took no part"


class TestRecommendations:
    @pytest.fixture
    def advice(self, world: World, decided: Incident) -> Recommendation:
        made: Recommendation = a_recommendation(world, decided)
        return made

    def test_the_addressee_accepts_and_reports(self, world: World, advice: Recommendation) -> None:
        client = speaks(world.liaison_arm, "recommendations")
        url = reverse("api-recommendation-work", args=[advice.code])
        seen = client.get(url)
        assert "accepted_by_party" in seen.json()["may_say"]
        assert "complied" not in seen.json()["may_say"]
        accepts = {"to": "accepted_by_party", "text": TEXT}
        with no_trace():
            is_problem(post(client, url, accepts), 428)
            is_problem(post(client, url, accepts, '"8"'), 412)
            items = accepts | {"evidence": [{"url": "https://a.example"}]}
            is_problem(post(client, url, items, seen["ETag"]), 422)
        with one_event(Kind.RECOMMENDATION_ANSWERED):
            done = post(client, url, accepts, seen["ETag"])
        assert done.json()["state"] == "accepted_by_party"
        reports = {"to": "compliance_reported", "text": TEXT}
        with no_trace():
            is_problem(post(client, url, reports, done["ETag"]), 422)
        reports["evidence"] = [{"url": "https://orders.example/1", "note": "The order."}]
        assert post(client, url, reports, done["ETag"]).json()["state"] == "compliance_reported"

    def test_nobody_speaks_for_another(self, world: World, advice: Recommendation) -> None:
        url = reverse("api-recommendation-work", args=[advice.code])
        body = {"to": "accepted_by_party", "text": TEXT}
        for name in ("liaison_aze", "filer", "triage", "reviewer_arm", "partner", "outsider"):
            client = speaks(getattr(world, name), "recommendations")
            is_problem(client.get(url), 404)
            with no_trace():
                is_problem(post(client, url, body, f'"{advice.version}"'), 404)
        chair = speaks(world.chair, "recommendations")
        with no_trace():
            is_problem(post(chair, url, body, f'"{advice.version}"'), 403)
