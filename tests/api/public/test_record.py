"""What is public beside incidents and findings: terms, bulletins, coverage, the log's proofs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from reports.coverage.actions import end_watch, start_watch
from tests.api.machines import is_problem, key_for, machine
from tests.factories import World
from tests.public_record import PublicRecord


def test_parties_and_clauses_stand_on_their_own(client: Client, world: World) -> None:
    parties = client.get("/api/v1/parties").json()
    assert [row["code"] for row in parties["results"]] == ["ARM", "AZE"]
    clauses = client.get("/api/v1/clauses").json()["results"]
    whole = client.get("/api/v1/agreements/nk2020").json()["versions"]
    assert {row["id"] for row in clauses} == {
        f"{version['number']}.{clause['code']}"
        for version in whole
        for clause in version["clauses"]
    }
    is_problem(client.get("/api/v1/clauses?agreement=none"), 404)


class TestTheLog:
    def test_a_finding_is_proven_by_the_files_its_page_hands_out(
        self, client: Client, record: PublicRecord, django_assert_max_num_queries: Any
    ) -> None:
        code = client.get("/api/v1/findings").json()["results"][0]["code"]
        with django_assert_max_num_queries(12):
            proof = client.get(f"/api/v1/findings/{code}/proof").json()
        assert proof["leaf"].encode() == client.get(f"/findings/{code}/proof/leaf.json").content
        paper = client.get(f"/findings/{code}/proof/log.tlog-proof").content
        assert proof["proof"].encode() == paper
        assert proof["record"].encode() == client.get(proof["record_url"]).content
        assert json.loads(proof["record"])

    def test_its_checkpoint_is_the_one_mirrors_read(
        self, client: Client, record: PublicRecord, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(12):
            seen = client.get("/api/v1/log").json()
        assert seen["checkpoint"].encode() == client.get("/log/checkpoint").content
        assert seen["verifier"] + "\n" == client.get("/log/key").content.decode()
        assert seen["size"] > 0

    def test_what_is_not_published_is_not_proven(self, client: Client, world: World) -> None:
        is_problem(client.get("/api/v1/findings/NK20-9999-F1/proof"), 404)
        is_problem(client.get("/api/v1/bulletins/NK20-B9999"), 404)
        is_problem(client.get("/api/v1/bulletins/NK20-B9999/proof"), 404)


class TestCoverage:
    @pytest.mark.parametrize("name", ["filer", "witness", "triage", "chair"])
    def test_it_tells_days_and_sectors_and_nobody(
        self, world: World, name: str, django_assert_max_num_queries: Any
    ) -> None:
        client = machine(key_for(getattr(world, name)))
        with django_assert_max_num_queries(12):
            seen = client.get("/api/v1/coverage?until=2020-10-12").json()
        assert set(seen) == {"agreement", "timezone", "settled_until", "sectors"}
        for sector in seen["sectors"]:
            assert set(sector) == {"place", "name", "district", "days"}
            assert len(sector["days"]) == 14

    def test_a_watch_over_midnight_does_not_tell_its_hours(self, world: World) -> None:
        begins = datetime(2020, 10, 10, 21, 17, 31, tzinfo=ZoneInfo(world.agreement.timezone))
        ask: dict[str, Any] = {"agreement": world.agreement, "place": world.ganja, "means": "saw"}
        watch = start_watch(**ask, by=world.filer, at=begins)
        end_watch(watch=watch, by=world.filer, at=begins + timedelta(hours=9))
        seen = machine(key_for(world.chair)).get("/api/v1/coverage?until=2020-10-12").json()
        (sector,) = seen["sectors"]
        assert [day["watched"] for day in sector["days"][-4:]] == [0, 0.25, 0.25, 0]
        assert (sector["place"] is None) is bool(sector["district"])
        ahead = timezone.now() + timedelta(days=20)
        later = machine(key_for(world.chair)).get(f"/api/v1/coverage?until={ahead:%Y-%m-%d}")
        days = [day["watched"] for one in later.json()["sectors"] for day in one["days"]]
        assert all(day is None for day in days)

    @pytest.mark.parametrize("name", ["partner", "liaison_arm", "operator", "outsider"])
    def test_not_to_everybody(self, world: World, name: str) -> None:
        is_problem(machine(key_for(getattr(world, name))).get("/api/v1/coverage"), 403)

    @pytest.mark.parametrize("day", ["soon", "0001-01-01", "9999-12-31", "2020-13-01", ""])
    def test_a_day_that_is_none(self, world: World, day: str) -> None:
        client = machine(key_for(world.filer))
        is_problem(client.get(f"/api/v1/coverage?until={day}"), 400)
