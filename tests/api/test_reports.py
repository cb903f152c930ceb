"""The API door of the record: file, read back, and be refused in a form a machine can read."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.intake.drafts import OriginDraft
from reports.intake.models import Origin, Report
from reports.journal.models import Event
from tests.api.machines import REPORTS, a_body, is_problem, key_for, machine, post
from tests.factories import World, a_report, an_allegation
from verification.ledger.signing import SignerSilent, signer_at_hand
from verification.merkle.note import opened


@pytest.fixture
def filer(world: World) -> Client:
    return machine(key_for(world.filer))


class TestFiling:
    def test_new_then_resent_then_other(self, filer: Client, world: World) -> None:
        body = a_body(world)
        first = post(filer, body)
        assert first.status_code == 201
        assert first["Location"].endswith(f"/api/v1/reports/{first.json()['receipt']}")
        again = post(filer, body)
        assert again.status_code == 200
        assert again.json() == first.json()
        other = is_problem(post(filer, body | {"weapon": "unknown rocket"}), 409)
        assert other["code"] == "another-report-has-this-id"
        assert Report.objects.count() == Event.objects.filter(kind="report.filed").count() == 1
        assert Report.objects.get().channel == "api"

    def test_what_is_read_back_can_be_filed_again(self, filer: Client, world: World) -> None:
        body = a_body(
            world,
            stance="alleges",
            means="told",
            location={
                **{"kind": "bearing", "lat": 40.5, "lon": 46.3, "range_m": 2000},
                **{"bearing_deg": 90, "range_error_m": 300, "bearing_error_deg": 5},
            },
            accused={"kind": "party", "party": "ARM"},
            observation={"unit": "explosion", "count": 3, "qualifier": "at_least"},
            origin={
                **{"kind": "statement", "speaker": str(world.mod_azerbaijan.pk)},
                **{"url": "https://news.example/1", "publisher": "News (example)"},
                **{"published_on": "2020-10-11", "key": "s-1"},
            },
        )
        receipt = post(filer, body).json()["receipt"]
        shown = filer.get(f"{REPORTS}/{receipt}").json()
        ours = ("receipt", "state", "state_reason", "received_at", "radius_m", "sha256")
        ours += ("signed_receipt",)
        copy = {name: value for name, value in shown.items() if name not in ours}
        copy["id"] = str(uuid.uuid4())
        assert post(filer, copy).status_code == 201
        assert Origin.objects.count() == 1
        first, second = Report.objects.order_by("received_at")
        for name in ("lat", "radius_m", "tolls", "accused_id", "observed_from", "sha256"):
            assert getattr(first, name) == getattr(second, name)

    def test_a_key_joins_what_one_speaker_said_and_nothing_else(
        self, filer: Client, world: World
    ) -> None:
        """Who could name the origin of another's evidence could make two witnesses one."""
        theirs = replace(
            an_allegation(world, world.mod_azerbaijan, "ARM"),
            origin=OriginDraft(kind="statement", key="brief-7"),
        )
        held = a_report(world, theirs).origin
        said = {"stance": "alleges", "means": "told"}
        for speaker in (world.mod_azerbaijan, world.mod_armenia, world.mod_armenia):
            origin = {"kind": "statement", "speaker": str(speaker.pk), "key": "brief-7"}
            receipt = post(filer, a_body(world, origin=origin, **said)).json()["receipt"]
            assert filer.get(f"{REPORTS}/{receipt}").json()["origin"]["key"] == "brief-7"
        of = Report.objects.filter(channel="api").order_by("received_at", "id")
        first, second, third = (report.origin for report in of)
        assert second == third and len({held.pk, first.pk, second.pk}) == 3

    def test_the_answer_holds_the_signed_receipt_and_always_the_same(
        self, filer: Client, world: World, signer: Any
    ) -> None:
        body = a_body(world)
        answers = [post(filer, body), post(filer, body)]
        shown = answers[0].json()
        answers.append(filer.get(f"{REPORTS}/{shown['receipt']}"))
        assert [answer.status_code for answer in answers] == [201, 200, 200]
        text, _keys = opened(shown["signed_receipt"], [signer.receipts.verifier])
        assert text.split("\n")[1:3] == [shown["receipt"], shown["sha256"]]
        author = Client()
        author.force_login(world.filer, backend="django.contrib.auth.backends.ModelBackend")
        page = author.get(f"/reports/{shown['receipt']}/proof/receipt.txt")
        notes = {answer.json()["signed_receipt"] for answer in answers}
        assert notes | {page.content.decode()} == {shown["signed_receipt"]}

    def test_a_silent_signer_stops_no_filing(self, filer: Client, world: World) -> None:
        def silent(question: Any) -> Any:
            raise SignerSilent

        with signer_at_hand(silent):
            answer = post(filer, a_body(world))
        assert (answer.status_code, answer.json()["signed_receipt"]) == (201, "")
        assert Report.objects.count() == 1

    def test_a_correction_names_what_it_supersedes(self, filer: Client, world: World) -> None:
        first = post(filer, a_body(world)).json()["receipt"]
        answer = post(filer, a_body(world, supersedes=first, narrative="Four, not three, of them."))
        assert answer.json()["supersedes"] == first
        body = is_problem(post(filer, a_body(world, supersedes=first)), 422)
        assert body["errors"][0]["pointer"] == "/supersedes"

    def test_every_wrong_answer_is_pointed_at(self, filer: Client, world: World) -> None:
        body = a_body(
            world,
            act="jaywalking",
            narrative="short",
            location={"kind": "point", "lat": 99, "lon": 46},
            accused={"kind": "party", "party": "XXX"},
            tolls=[
                {"harm": "killed", "category": "civilians", "least": 1},
                {"harm": "injured", "category": "civilians", "least": 9, "best": 3},
            ],
            origin={"kind": "document", "url": "javascript:alert(1)"},
            observation={"count": 3},
        )
        found = {e["pointer"] for e in is_problem(post(filer, body), 422)["errors"]}
        assert found == {
            *("/act", "/narrative", "/location/lat", "/location/accuracy_m", "/accused"),
            *("/tolls/1", "/origin/url", "/observation/unit"),
        }
        assert Report.objects.count() == 0

    def test_shapes_are_pointed_at_too(self, filer: Client, world: World) -> None:
        body = a_body(world, tolls=[{"harm": "killed", "category": "civilians", "least": "5"}])
        body["location"] = {"place": str(world.ganja.pk)}
        del body["stance"]
        found = {e["pointer"] for e in is_problem(post(filer, body), 422)["errors"]}
        assert found == {"/tolls/0/least", "/location/kind", "/stance"}

    def test_an_unknown_field_is_named(self, filer: Client, world: World) -> None:
        for field in ("state", "receipt", "filed_by", "received_at", "channel", "grade", "a/b~c"):
            body = is_problem(post(filer, a_body(world, **{field: "accepted"})), 400)
            assert body["errors"][0]["pointer"] == "/" + field.replace("~", "~0").replace("/", "~1")
        nested = a_body(world, accused={"kind": "unknown", "colour": "red"})
        assert is_problem(post(filer, nested), 400)["errors"][0]["pointer"] == "/accused/colour"
        assert Report.objects.count() == 0


# Bodies no honest client sends. Each must be refused (400, 413, 415 or 422), and never a 500.
RAW: list[bytes] = [
    *(b"", b"{", b"null", b"[]", b"7", b'"x"', b"{}", b"\xff\xfe", b"\x00", b"nan"),
    *(b'{"id": NaN}', b'{"id": Infinity}', b"[" * 100_000, b'{"a":' * 50_000),
    b'{"id": ' + b"9" * 5000 + b"}",
    b'{"\\ud800": 1}',
    b'{"id": "\\ud800"}',
    b"[[]]",
    b'{"id": "' + b"x" * 300_000 + b'"}',
]
CHANGES: list[dict[str, Any]] = [
    *({"id": value} for value in ("", "x", 7, None, [], {}, True, "0" * 33, -1, 1e400)),
    *({"agreement": value} for value in ("", "x", "\x00", 7, None, ["nk2020"], "a" * 500)),
    *({"act": value} for value in ("", "\x00", "shelling\x00", 3, None, {"a": 1}, "é" * 40)),
    *({"stance": value} for value in ("", "guess", None, 1, "\x00")),
    *({"time_precision": value} for value in ("", "era", 1)),
    *(
        {name: value}
        for name in ("observed_from", "observed_until")
        for value in (
            *("", "soon", "2020-10-11", "2020-10-11T02:00:00", "0001-01-01T00:00:00+14:00"),
            *("9999-12-31T23:59:59-12:00", "2020-13-40T99:00Z", 1602367200, None, [], "\x00"),
            *("2020-10-11T02:00:00+99:99", "1800-01-01T00:00:00Z"),
        )
    ),
    *(
        {"location": value}
        for value in (
            *(None, [], "Ganja", {}, {"kind": "place"}, {"kind": "moon"}, {"kind": 1}),
            *({"kind": "place", "place": "x"}, {"kind": "place", "place": str(uuid.uuid4())}),
            {"kind": "point", "lat": 1e308, "lon": -1e308, "accuracy_m": 1},
            {"kind": "point", "lat": "40", "lon": True, "accuracy_m": 1},
            {"kind": "point", "lat": 40, "lon": 46, "accuracy_m": 10**400},
            {"kind": "bearing", "lat": 40, "lon": 46, "range_m": -1, "bearing_deg": 361},
            *({"kind": "named", "typed": "\x00"}, {"kind": "named", "typed": "x" * 5000}),
            {"kind": "named", "typed": ["x"]},
        )
    ),
    *(
        {"accused": value}
        for value in (None, "ARM", {}, {"kind": "party"}, {"kind": "party", "party": "\x00"})
    ),
    *({"narrative": value} for value in ("", "\x00" * 20, None, 7, ["x" * 20], "x" * 10_001)),
    *({"language": value} for value in ("", "klingon", None, "\x00", "e")),
    *({"weapon": value} for value in (None, 7, "\x00", "x" * 201)),
    *({"own_confidence": value} for value in ("sure", 1, None)),
    *({"supersedes": value} for value in ("nothing", "\x00", 7, "AAAAA-AAAAA", "x" * 99)),
    *(
        {"tolls": value}
        for value in (
            *({}, "none", [1], [{}], None, [{"harm": "killed", "category": "x"}]),
            [{"harm": "killed", "category": "civilians", "least": -1}],
            [{"harm": "killed", "category": "civilians", "least": 10**30}],
            [{"harm": "killed", "category": "civilians", "least": 1.5}],
            [{"harm": "killed", "category": "civilians", "least": True}],
        )
    ),
    *(
        {"observation": value}
        for value in ([], None, {"count": 10**20, "unit": "shot"}, {"count": "3"}, {"unit": "x"})
    ),
    *(
        {"origin": value}
        for value in (
            *([], {}, {"kind": "x"}, {"kind": "statement"}, {"kind": "document", "url": "//["}),
            {"kind": "document", "url": "http://["},
            {"kind": "statement", "speaker": "x"},
            {"kind": "statement", "speaker": str(uuid.uuid4())},
            {"kind": "document", "published_on": "2020-02-31"},
            {"kind": "document", "published_on": 20201011},
            {"kind": "document", "key": "\x00"},
        )
    ),
]


class TestNastyBodies:
    def test_none_breaks_the_door_and_none_is_written(self, filer: Client, world: World) -> None:
        events = Event.objects.count()
        filer.raise_request_exception = False
        for raw in RAW:
            answer = post(filer, raw)
            assert answer.status_code in (400, 413, 422), (raw[:40], answer.content[:300])
            is_problem(answer, answer.status_code)
        for change in CHANGES:
            answer = post(filer, a_body(world) | change)
            assert answer.status_code in (400, 422), (change, answer.content[:300])
            assert answer.status_code == 400 or is_problem(answer, 422)["errors"], change
        assert Report.objects.count() == 0
        assert Event.objects.count() == events

    def test_other_kinds_of_content(self, filer: Client, world: World) -> None:
        for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x"):
            is_problem(post(filer, "{}", content_type=kind), 415)
        raw = json.dumps(a_body(world)).encode()
        for charset in ("rot13", "hex", "utf-16", "nonsense"):  # JSON is UTF-8, whatever one says
            kind = f"application/json; charset={charset}"
            answer = filer.generic("POST", REPORTS, raw, content_type=kind)
            assert answer.status_code in (200, 201), (charset, answer.content)


class TestList:
    def test_pages_lead_through_all_reports_once(self, filer: Client, world: World) -> None:
        wanted = {a_report(world).receipt for _number in range(5)}
        with CaptureQueriesContext(connection) as made:
            first = filer.get(f"{REPORTS}?limit=4").json()
        assert len(made) <= 6
        assert len(first["results"]) == 4
        second = filer.get(first["next"]).json()
        assert second["next"] is None
        found = [row["receipt"] for row in first["results"] + second["results"]]
        assert sorted(found) == sorted(wanted)

    @pytest.mark.parametrize("cursor", ["x", "%00", "AAAAA-AAAAA", "%F0%9F%92%A9", ""])
    def test_a_cursor_that_is_none(self, filer: Client, cursor: str) -> None:
        is_problem(filer.get(f"{REPORTS}?cursor={cursor}"), 404)

    def test_a_report_shows_these_fields_and_no_others(self, filer: Client, world: World) -> None:
        receipt = a_report(world).receipt
        assert set(filer.get(f"{REPORTS}/{receipt}").json()) == {
            *("id", "receipt", "agreement", "act", "stance", "means", "observed_from", "state"),
            *("observed_until", "time_precision", "location", "radius_m", "accused", "effect"),
            *("weapon", "observation", "tolls", "narrative", "language", "origin", "sha256"),
            *("own_confidence", "supersedes", "state_reason", "received_at"),
            "signed_receipt",
        }


class TestElsewhere:
    def test_terms_and_lists(self, filer: Client, world: World) -> None:
        assert [row["slug"] for row in filer.get("/api/v1/agreements").json()["results"]] == [
            "nk2020"
        ]
        agreement = filer.get("/api/v1/agreements/nk2020").json()
        assert [party["code"] for party in agreement["parties"]] == ["ARM", "AZE"]
        assert agreement["versions"][0]["in_force_from"] == "2020-10-10T08:00:00Z"
        assert agreement["versions"][0]["clauses"][0]["prohibits"]
        assert {"missile_strike", "other"} <= {
            a["code"] for a in filer.get("/api/v1/acts").json()["results"]
        }
        assert filer.get("/api/v1/places?q=Гянджа").json()["results"][0]["id"] == str(
            world.ganja.pk
        )
        assert filer.get("/api/v1/places").json()["results"] == []
        speakers = filer.get("/api/v1/speakers").json()["results"]
        assert {row["name"] for row in speakers} == {
            world.mod_armenia.name,
            world.mod_azerbaijan.name,
        }

    def test_what_is_not_there(self, filer: Client) -> None:
        for address in ("agreements/none", "nowhere", "reports/x/y", "reports/AAAAA-AAAAA", ""):
            is_problem(filer.get(f"/api/v1/{address}"), 404)
        for method in (filer.put, filer.patch, filer.delete):
            is_problem(method(REPORTS), 405)

    def test_the_terms_are_open_and_the_rest_is_not(self, client: Client, world: World) -> None:
        for address in ("agreements", "agreements/nk2020", "acts", "schema"):
            assert client.get(f"/api/v1/{address}").status_code == 200
        for address in ("places?q=Ganja", "speakers", "reports"):
            is_problem(client.get(f"/api/v1/{address}"), 401)

    def test_the_schema_builds_without_a_warning(self, tmp_path: Any) -> None:
        out = tmp_path / "schema.yml"
        call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(out))
        text = out.read_text()
        assert "/reports/{receipt}:" in text
        assert "application/problem+json" in text


class TestManyAtOnce:
    def test_sixteen_identical_filings_leave_one_report(self, live_world: World) -> None:
        token, body = key_for(live_world.filer), a_body(live_world)

        def file_it(_number: int) -> tuple[int, str]:
            try:
                answer = post(machine(token), body)
                return answer.status_code, answer.json()["receipt"]
            finally:
                connections.close_all()

        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(file_it, range(16)))
        assert sorted(status for status, _receipt in answers) == [200] * 15 + [201]
        assert len({receipt for _status, receipt in answers}) == 1
        assert Report.objects.count() == Event.objects.filter(kind="report.filed").count() == 1
