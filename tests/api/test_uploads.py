"""The doors of uploads speak tus 1.0.0 and keep what came."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from reports.evidence.models import Item
from reports.uploads import actions, rules, staging
from reports.uploads.models import Upload
from tests.api.machines import is_problem, key_for, machine
from tests.factories import World, a_report, settle
from tests.pictures import photo, upload
from tests.proofs import no_trace
from tests.senders import BYTES, SPOKEN, UPLOADS, ask, begin, metadata, send

CONTENT = photo(7)


@pytest.fixture
def filer(world: World) -> Client:
    return machine(key_for(world.filer))


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path: Path, settings: Any) -> None:
    settings.UPLOADS_DIR = tmp_path


@pytest.fixture
def begun(filer: Client, world: World) -> str:
    return str(begin(filer, a_report(world), CONTENT)["Location"])


def test_a_file_in_pieces_is_sealed_with_its_last_byte(filer: Client, world: World) -> None:
    report = a_report(world)
    claimed = "2020-10-11T02:00:00Z"
    first = begin(
        filer, report, CONTENT, kind="radar", caption="A track", lat=40.1, lon=46.2,
        claimed_at=claimed, filename="Armen_Petrosyan.jpg", filetype="image/jpeg",
    )  # fmt: skip
    assert (first.status_code, first["Upload-Offset"]) == (201, "0")
    assert first["Upload-Expires"].endswith("GMT") and first["Tus-Resumable"] == "1.0.0"
    url = first["Location"]
    half = send(filer, url, CONTENT[:1000], 0)
    assert (half.status_code, half["Upload-Offset"]) == (204, "1000")
    assert "Evidence-Code" not in half
    told = ask(filer, url)
    assert (told.status_code, told["Upload-Offset"]) == (200, "1000")
    assert told["Upload-Length"] == str(len(CONTENT)) and told["Cache-Control"] == "no-store"
    last = send(filer, url, CONTENT[1000:], 1000)
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(CONTENT)))
    item = Item.objects.get(report=report)
    assert last["Evidence-Code"] == item.code
    assert last["Evidence-SHA256"] == item.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (item.kind, item.caption, item.claimed_lat) == ("radar", "A track", 40.1)
    assert (item.added_by, item.claimed_at) == (world.filer, item.claimed_at)
    assert not staging.came(Upload.objects.get().pk)
    settle()
    assert Item.objects.get().reading.outcome == "copied"
    assert "Armen" not in str(Upload.objects.values().get())


def test_a_time_on_the_clock_of_the_place(filer: Client, world: World) -> None:
    report = a_report(world)
    begin(filer, report, CONTENT, claimed_local="2020-10-11T02:00")
    claimed = Upload.objects.get().claimed_at
    assert claimed is not None and claimed.isoformat() == "2020-10-10T22:00:00+00:00"
    for wrong in ("yesterday", "2020-10-11T02:00Z", "9999-01-01"):
        is_problem(begin(filer, report, photo(8), claimed_local=wrong), 422)


class TestTheAnswerWasLost:
    def test_whoever_asks_again_is_told_the_code(self, filer: Client, begun: str) -> None:
        code = send(filer, begun, CONTENT, 0)["Evidence-Code"]
        told = ask(filer, begun)
        assert (told["Evidence-Code"], told["Upload-Offset"]) == (code, str(len(CONTENT)))
        again = send(filer, begun, b"", len(CONTENT))
        assert (again.status_code, again["Evidence-Code"]) == (204, code)
        assert filer.get(begun).json()["evidence"] == code
        assert Item.objects.count() == 1

    def test_beginning_again_finds_where_it_stopped(self, filer: Client, world: World) -> None:
        report = a_report(world)
        first = begin(filer, report, CONTENT)
        send(filer, first["Location"], CONTENT[:500], 0)
        again = begin(filer, report, CONTENT)
        assert (again.status_code, again["Upload-Offset"]) == (200, "500")
        assert again["Location"] == first["Location"]

    def test_a_file_that_is_there_costs_no_byte(self, filer: Client, world: World) -> None:
        report = a_report(world)
        done = send(filer, begin(filer, report, CONTENT)["Location"], CONTENT, 0)
        Upload.objects.all().delete()
        for _ in range(2):
            again = begin(filer, report, CONTENT)
            assert again["Evidence-Code"] == done["Evidence-Code"]
            assert again["Upload-Offset"] == str(len(CONTENT))
        assert Upload.objects.count() == 1

    def test_killed_between_sealing_and_answering(
        self, filer: Client, begun: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All came, nothing was sealed: an empty piece at the end asks for it again."""

        def dies(*args: Any, **kwargs: Any) -> None:
            raise OSError("the storage is away")

        with monkeypatch.context() as away:
            away.setattr(actions, "add_item", dies)
            problem = is_problem(send(filer, begun, CONTENT, 0), 503)
        assert problem["code"] == "not-now"
        assert ask(filer, begun)["Upload-Offset"] == str(len(CONTENT))
        sealed = send(filer, begun, b"", len(CONTENT))
        assert Item.objects.get().code == sealed["Evidence-Code"]


class TestRefused:
    def test_too_long_before_a_byte_comes(
        self, filer: Client, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "MOST_IMAGE_BYTES", 1000)
        report = a_report(world)
        with no_trace():
            told = begin(filer, report, CONTENT, filetype="image/jpeg")
            is_problem(told, 413)
        assert begin(filer, a_report(world), CONTENT, filetype="video/mp4").status_code == 201
        headers = {**SPOKEN, "Upload-Length": str(10**9)}
        headers["Upload-Metadata"] = metadata(receipt=a_report(world).receipt)
        is_problem(filer.generic("POST", UPLOADS, headers=headers), 413)

    @pytest.mark.parametrize(
        ("told", "status", "pointer"),
        [
            ({"kind": "poem"}, 422, "/kind"),
            ({"sha256": "x"}, 422, "/sha256"),
            ({"lat": "40"}, 422, "/lat"),
            ({"mood": "calm"}, 400, "/mood"),
        ],
    )
    def test_a_fault_is_pointed_at(
        self, filer: Client, world: World, told: dict[str, str], status: int, pointer: str
    ) -> None:
        report = a_report(world)
        with no_trace():
            problem = is_problem(begin(filer, report, CONTENT, **told), status)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]

    def test_what_is_no_picture_is_gone(self, filer: Client, world: World) -> None:
        url = begin(filer, a_report(world), b"<svg/>")["Location"]
        problem = is_problem(send(filer, url, b"<svg/>", 0), 422)
        assert problem["errors"][0]["pointer"] == "/file"
        assert ask(filer, url).status_code == 404
        assert list(staging.folder().iterdir()) == []

    def test_bytes_that_changed_on_their_way_are_not_sealed(
        self, filer: Client, begun: str
    ) -> None:
        other = bytes([CONTENT[0] ^ 1]) + CONTENT[1:]
        is_problem(send(filer, begun, other, 0), 422)
        assert not Item.objects.exists() and ask(filer, begun).status_code == 404

    def test_a_piece_that_is_not_what_its_checksum_says(self, filer: Client, begun: str) -> None:
        piece, other = CONTENT[:900], b"x" * 900
        for name in ("sha1", "sha256"):
            sent = base64.b64encode(hashlib.new(name, other).digest()).decode()
            answer = send(filer, begun, piece, 0, **{"Upload-Checksum": f"{name} {sent}"})
            assert answer.status_code == 460
            assert ask(filer, begun)["Upload-Offset"] == "0"
        right = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        sent = send(filer, begun, piece, 0, **{"Upload-Checksum": f"sha256 {right}"})
        assert (sent.status_code, sent["Upload-Offset"]) == (204, "900")

    def test_another_offset_than_the_disk_s(self, filer: Client, begun: str) -> None:
        send(filer, begun, CONTENT[:300], 0)
        for offset, piece in ((0, CONTENT[:9]), (301, b"x"), (300, CONTENT)):
            answer = send(filer, begun, piece, offset)
            is_problem(answer, 409)
            assert answer["Upload-Offset"] == "300"

    def test_two_at_once(self, filer: Client, begun: str) -> None:
        with staging.held(Upload.objects.get().pk):
            is_problem(send(filer, begun, CONTENT, 0), 423)
            is_problem(filer.delete(begun, headers=SPOKEN), 423)
        assert ask(filer, begun)["Upload-Offset"] == "0"

    def test_other_protocols(self, filer: Client, begun: str) -> None:
        answers = (
            filer.patch(begun, b"x", content_type=BYTES, headers={"Upload-Offset": "0"}),
            filer.head(begun),
            filer.generic("POST", UPLOADS, headers={"Tus-Resumable": "0.2.2"}),
        )
        for answer in answers:
            assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
        wrong = filer.patch(
            begun, b"x", content_type="text/plain", headers={**SPOKEN, "Upload-Offset": "0"}
        )
        is_problem(wrong, 415)
        is_problem(send(filer, begun, b"x", 0, **{"Upload-Offset": "٣"}), 400)

    def test_more_than_is_anybody_s_share(
        self, filer: Client, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("reports.uploads.queries.MOST_UNFINISHED", 2)
        report = a_report(world)
        for seed in (1, 2):
            assert begin(filer, report, photo(seed)).status_code == 201
        is_problem(begin(filer, report, photo(3)), 429)
        assert begin(filer, report, photo(2)).status_code == 200

    def test_a_full_disk(
        self, filer: Client, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(staging, "free_bytes", lambda: rules.LEFT_FREE)
        report = a_report(world)
        with no_trace():
            is_problem(begin(filer, report, CONTENT), 507)

    def test_a_report_that_takes_no_more(self, filer: Client, world: World) -> None:
        report = a_report(world, by=world.witness)
        with no_trace():
            is_problem(begin(filer, report, CONTENT), 404)

    def test_a_key_that_only_reads(self, world: World, begun: str) -> None:
        reader = machine(key_for(world.filer, "reports:read"))
        assert ask(reader, begun).status_code == 200
        assert send(reader, begun, CONTENT, 0).status_code == 403


class TestGivingUp:
    def test_what_came_is_destroyed(self, filer: Client, begun: str) -> None:
        send(filer, begun, CONTENT[:300], 0)
        assert filer.delete(begun, headers=SPOKEN).status_code == 204
        assert ask(filer, begun).status_code == 404
        assert list(staging.folder().iterdir()) == []

    def test_late_ones_are_swept_and_others_are_not(self, filer: Client, begun: str) -> None:
        send(filer, begun, CONTENT[:300], 0)
        row = Upload.objects.get()
        assert actions.sweep_uploads(at=row.expires_at - timedelta(hours=1)) == 0
        with staging.held(row.pk):  # somebody is just sending
            assert actions.sweep_uploads(at=row.expires_at) == 0
        assert actions.sweep_uploads(at=row.expires_at) == 1
        assert actions.sweep_uploads(at=row.expires_at) == 0
        assert not Upload.objects.exists() and list(staging.folder().iterdir()) == []


def test_a_page_sends_with_its_session_and_token(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.filer)
    report = a_report(world)
    assert begin(browser, report, CONTENT).status_code == 403
    page = browser.get(f"/reports/{report.receipt}/files/")
    browser.defaults["HTTP_X_CSRFTOKEN"] = str(page.context["csrf_token"])
    url = begin(browser, report, CONTENT)["Location"]
    assert send(browser, url, CONTENT, 0).status_code == 204
    assert upload(CONTENT).size == Item.objects.get().size


def test_what_is_spoken_here(filer: Client) -> None:
    told = filer.options(UPLOADS)
    assert (told.status_code, told["Tus-Version"]) == (204, "1.0.0")
    assert told["Tus-Extension"] == "creation,expiration,termination,checksum"
    assert int(told["Tus-Max-Size"]) == 200 * 1024 * 1024
