"""The API door of evidence: add a file to one's own report, and list what was added."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.test import Client

from reports.evidence import uploads
from tests.api.machines import is_problem, key_for, machine
from tests.factories import World, a_report, settle
from tests.pictures import photo, upload
from tests.proofs import no_trace


@pytest.fixture
def filer(world: World) -> Client:
    return machine(key_for(world.filer))


def url(receipt: str) -> str:
    return f"/api/v1/reports/{receipt}/evidence"


class TestAdding:
    def test_new_then_the_same_again(self, filer: Client, world: World) -> None:
        where = url(a_report(world).receipt)
        said = {"kind": "radar", "lat": "40.1", "lon": "46.2", "claimed_at": "2020-10-11T02:00Z"}
        first = filer.post(where, {"file": upload(photo()), **said})
        assert first.status_code == 201
        body = first.json()
        assert body["sha256"] == hashlib.sha256(photo()).hexdigest()
        assert (body["kind"], body["type"], body["state"]) == ("radar", "image/jpeg", "waiting")
        again = filer.post(where, {"file": upload(photo())})
        assert (again.status_code, again.json()) == (200, body)
        settle()
        (listed,) = filer.get(where).json()["results"]
        assert listed == body | {"state": "copied"}

    @pytest.mark.parametrize(
        ("sent", "status", "pointer"),
        [
            ({}, 422, "/file"),
            ({"file": b"<svg/>"}, 422, "/file"),
            ({"file": photo(), "lat": "40"}, 422, "/lat"),
            ({"file": photo(), "kind": "poem"}, 422, "/kind"),
            ({"file": photo(), "mood": "x"}, 400, "/mood"),
        ],
        ids=["none", "svg", "half a position", "kind", "unknown"],
    )
    def test_a_fault_is_pointed_at(
        self, filer: Client, world: World, sent: dict[str, Any], status: int, pointer: str
    ) -> None:
        where = url(a_report(world).receipt)
        data = {k: upload(v) if isinstance(v, bytes) else v for k, v in sent.items()}
        with no_trace():
            problem = is_problem(filer.post(where, data), status)
        assert pointer in [error["pointer"] for error in problem["errors"]]

    def test_too_long_a_file(
        self, filer: Client, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
        where = url(a_report(world).receipt)
        with no_trace():
            problem = is_problem(filer.post(where, {"file": upload(photo())}), 422)
        assert "larger than" in problem["errors"][0]["detail"]

    def test_a_key_without_the_scope(self, world: World) -> None:
        reader = machine(key_for(world.filer, "reports:read"))
        where = url(a_report(world).receipt)
        with no_trace():
            assert reader.post(where, {"file": upload(photo())}).status_code == 403
