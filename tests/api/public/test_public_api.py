"""The public interface: open to everybody, read-only, exact, and clear about what is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.public_record import PublicRecord

INCIDENT_KEYS = {
    *("code", "act", "state", "category", "shape", "window_from", "window_until", "precision"),
    *("place", "lat", "lon", "radius_m", "ring", "accused", "admissibility", "reports"),
    *("public_reports", "independent_origins", "finding", "outcome", "attributed", "severity"),
}
WHOLE_KEYS = {
    "reasons",
    "ruling",
    "statements",
    "positions",
    "history",
    "deadlines",
    "as_of",
    "agreement",
}
STATEMENT_KEYS = {
    *("speaker", "speaker_kind", "stance", "accused", "act", "publisher", "url"),
    *("published_on", "tolls", "weapon", "narrative", "origin"),
}
POSITION_KEYS = {
    *("party", "hearing", "state", "position", "reason_code", "text", "documents"),
    *("conceded_killed_least", "conceded_killed", "conceded_killed_most"),
    *("conceded_injured_least", "conceded_injured", "conceded_injured_most"),
    *("notified_at", "due_at", "answered_at", "first_due_at", "extension_reason"),
}
FINDING_KEYS = {"code", "incident", "version", "outcome", "published_at"}


def is_instant(text: str) -> bool:
    return text.endswith("Z") and datetime.fromisoformat(text).utcoffset() is not None


def test_incidents_hold_the_fields_allowed_and_no_other(
    client: Client, record: PublicRecord
) -> None:
    body = client.get("/api/v1/incidents").json()
    assert set(body) == {"as_of", "agreement", "count", "next", "previous", "results"}
    assert (body["count"], body["next"], body["previous"]) == (4, None, None)
    for row in body["results"]:
        assert set(row) == INCIDENT_KEYS
        assert is_instant(row["window_from"])
        whole = client.get(f"/api/v1/incidents/{row['code']}").json()
        assert set(whole) == INCIDENT_KEYS | WHOLE_KEYS
        assert {k: whole[k] for k in INCIDENT_KEYS} == row
        assert all(set(s) == STATEMENT_KEYS for s in whole["statements"])
        assert all(set(p) == POSITION_KEYS for p in whole["positions"])
        assert all(set(line) == {"at", "kind"} for line in whole["history"])


def test_copies_share_the_number_of_their_origin(client: Client, record: PublicRecord) -> None:
    whole = client.get(f"/api/v1/incidents/{record.contested.code}").json()
    assert [s["origin"] for s in whole["statements"]] == [1, 1]
    assert (whole["reports"], whole["independent_origins"]) == (2, 1)
    assert [p["position"] for p in whole["positions"]] == ["denies"]


def test_a_finding_is_the_published_record(client: Client, record: PublicRecord) -> None:
    body = client.get("/api/v1/findings").json()
    assert [row["outcome"] for row in body["results"]] == ["attributed", "inadmissible"]
    assert all(set(row) == FINDING_KEYS for row in body["results"])
    for row in body["results"]:
        whole = client.get(f"/api/v1/findings/{row['code']}").json()
        assert {k: whole[k] for k in FINDING_KEYS} == row
        assert whole["superseded_by"] == ""
        assert [v["code"] for v in whole["versions"]] == [row["code"]]
        assert whole["content"]["incident"] == row["incident"]
        assert is_instant(whole["as_of"])


def test_the_filters_of_the_page_work_here(client: Client, record: PublicRecord) -> None:
    body = client.get("/api/v1/incidents?class=undecided&accused=AZE").json()
    assert [row["code"] for row in body["results"]] == [record.contested.code]


@pytest.mark.parametrize(
    ("address", "status", "field"),
    [
        ("/api/v1/incidents?act=bogus", 400, "act"),
        ("/api/v1/incidents?from=soon", 400, "from"),
        ("/api/v1/incidents?page=0", 400, "page"),
        ("/api/v1/incidents?cursor=2", 400, "cursor"),
        ("/api/v1/findings?page=x", 400, "page"),
        ("/api/v1/findings?limit=0", 400, "limit"),
        ("/api/v1/corrections?cursor=none", 400, "cursor"),
        ("/api/v1/findings?fields=codes", 400, "fields"),
        ("/api/v1/incidents/NK20-9999", 404, ""),
        ("/api/v1/findings/NK20-9999-F1", 404, ""),
        ("/api/v1/standings?agreement=none", 404, ""),
        ("/api/v1/incidents?agreement=none", 404, ""),
    ],
)
def test_what_is_wrong_is_said_as_a_problem(
    client: Client, record: PublicRecord, address: str, status: int, field: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"]
    if field:
        assert field in str(body["errors"])


@pytest.mark.parametrize("address", ["/api/v1/incidents", "/api/v1/findings", "/api/v1/standings"])
def test_nothing_can_be_written(client: Client, record: PublicRecord, address: str) -> None:
    for send in (client.post, client.put, client.patch, client.delete):
        assert send(address, "{}", content_type="application/json").status_code == 405


class TestManyRows:
    """Rows that no kept sum counts are counted as far as a bound."""

    def bound(self, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
        monkeypatch.setattr("verification.publication.queries.COUNTED", most)

    def test_beyond_it_the_count_is_left_open(
        self, client: Client, record: PublicRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        act = client.get("/api/v1/incidents").json()["results"][0]["act"]
        self.bound(monkeypatch, 0)
        body = client.get(f"/api/v1/incidents?act={act}").json()
        assert (body["count"], body["count_at_least"]) == (None, 0)
        assert body["results"]

    def test_up_to_it_and_by_kept_sums_it_is_exact(
        self, client: Client, record: PublicRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        by_sums = client.get("/api/v1/incidents?counted=true").json()
        self.bound(monkeypatch, 1)
        assert client.get("/api/v1/incidents?counted=true").json()["count"] == by_sums["count"] > 1
        act = by_sums["results"][0]["act"]
        one = client.get(f"/api/v1/incidents?act={act}").json()
        assert (one["count"], "count_at_least" in one) == (len(one["results"]), False)
