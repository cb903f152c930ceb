"""The log's doors: files as the specification wants them, and proofs for those they concern."""

from __future__ import annotations

import hashlib
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from reports.intake.models import Report
from reports.people.models import User
from tests.factories import LATER, World, a_report
from tests.log_files import built_auditor, go_is_here
from tests.public_record import PublicRecord, build_public_record
from verification.ledger.actions.sequencer import append_leaves, sign_log
from verification.ledger.models import Leaf, LogState
from verification.ledger.signing import SignerSilent, signer_at_hand
from verification.merkle.canonical import parsed
from verification.merkle.checkpoint import opened_checkpoint
from verification.merkle.hash import leaf_hash
from verification.merkle.note import opened, verifier_key
from verification.merkle.proof_file import check_proof
from verification.merkle.slots import Disclosure
from verification.merkle.tiles import in_hashes, tile_path, tile_sizes, unbundled
from verification.merkle.tree import root_of
from verification.publication.models import Finding

CAST = (
    *("witness", "colleague", "triage", "chair", "reviewer_arm", "liaison_arm"),
    *("publisher", "partner", "operator", "outsider"),
)


@pytest.fixture
def logged(record: PublicRecord) -> PublicRecord:
    return record


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def fetched(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content


class TestFiles:
    def test_the_whole_tree_can_be_put_together_from_them(
        self, client: Client, logged: PublicRecord
    ) -> None:
        key = verifier_key(fetched(client, "/log/key").decode())
        note = fetched(client, "/log/checkpoint").decode()
        head = opened_checkpoint(note, origin=LogState.objects.get().origin, keys=[key])
        assert head.size == Leaf.objects.count()
        hashes: list[bytes] = []
        for level, number, width in tile_sizes(head.size):
            row = in_hashes(fetched(client, f"/log/{tile_path(level, number, width)}"))
            assert len(row) == width
            if level == 0:
                bodies = unbundled(fetched(client, f"/log/{tile_path('entries', number, width)}"))
                assert [leaf_hash(body) for body in bodies] == row
                hashes += row
        assert root_of(hashes) == head.root

    def test_what_never_changes_may_be_kept_for_ever(
        self, client: Client, logged: PublicRecord
    ) -> None:
        tile = client.get("/log/tile/0/000.p/1")
        assert "immutable" in tile["Cache-Control"]
        assert tile["Content-Type"] == "application/octet-stream"
        assert client.get("/log/checkpoint")["Cache-Control"] == "public, max-age=5"

    @pytest.mark.parametrize(
        "path",
        [
            "tile/0/001",
            "tile/0/000.p/256",
            "tile/0/000.p/0",
            "tile/0/0",
            "tile/1/000",
            "tile/64/000.p/1",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "tile/entries/000.p/999",
            "tile/0/000.p/01",
            "tile/../key",
            "records/NK20-9999-F1.json",
        ],
    )
    def test_what_is_not_there_is_not_found(
        self, client: Client, logged: PublicRecord, path: str
    ) -> None:
        assert client.get(f"/log/{path}").status_code == 404

    def test_before_the_first_checkpoint_there_is_nothing(
        self, client: Client, world: World, by_hand: Any
    ) -> None:
        build_public_record(world)
        append_leaves(at=LATER)
        code = Finding.objects.earliest("published_at").code
        for path in ("checkpoint", "key", "tile/0/000.p/1", f"records/{code}.json"):
            assert client.get(f"/log/{path}").status_code == 404
        assert b"Nothing was signed yet" in fetched(client, "/log/")
        assert client.get(f"/findings/{code}/proof/leaf.json").status_code == 404


class TestFindings:
    def test_its_proof_holds_without_us(self, client: Client, logged: PublicRecord) -> None:
        state = LogState.objects.get()
        for finding in Finding.objects.all():
            page = f"/findings/{finding.code}/proof/"
            leaf = fetched(client, f"{page}leaf.json")
            proof = fetched(client, f"{page}log.tlog-proof").decode()
            check_proof(proof, leaf, origin=state.origin, keys=[verifier_key(state.verifier)])
            record = fetched(client, f"/log/records/{finding.code}.json")
            said = parsed(leaf)
            assert said["record"] == hashlib.sha256(record).hexdigest()
            assert (said["type"], said["id"]) == ("finding.published", finding.code)
            html = fetched(client, page).decode()
            for words in (said["record"], f"{page}leaf.json", state.verifier):
                assert words in html
            assert client.get(f"{page}nothing").status_code == 404

    def test_the_commands_on_its_page_work_for_a_stranger(
        self, client: Client, logged: PublicRecord, tmp_path: Path
    ) -> None:
        if not go_is_here():
            pytest.skip("no Go here: the gate of .ci/run says so in red")
        code = Finding.objects.earliest("published_at").code
        built_auditor(tmp_path)
        done = as_a_stranger(client, f"/findings/{code}/proof/", tmp_path)
        record = hashlib.sha256(fetched(client, f"/log/records/{code}.json")).hexdigest()
        assert f"{record}  record.json\n" in done.stdout
        assert " is in localhost/log/1, signed at " in done.stdout
        assert (done.returncode, done.stderr) == (0, "")

    def test_no_file_of_the_log_holds_a_canary(self, client: Client, logged: PublicRecord) -> None:
        code = Finding.objects.earliest("published_at").code
        # No page: those tell the minute of their making, which may be the canary's own.
        paths = [
            "/log/checkpoint",
            f"/log/records/{code}.json",
            f"/findings/{code}/proof/leaf.json",
            f"/findings/{code}/proof/log.tlog-proof",
        ]
        paths.append(
            "/log/" + next(tile_path("entries", n, w) for _, n, w in tile_sizes(logged_size()))
        )
        joined = b"".join(fetched(client, path) for path in paths).decode("latin-1")
        assert [word for word in logged.canaries if word in joined] == []

    def test_there_is_no_proof_of_what_was_never_published(
        self, client: Client, logged: PublicRecord
    ) -> None:
        assert client.get("/findings/NK20-9999-F1/proof/").status_code == 404


def as_a_stranger(client: Client, page: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the commands a page shows, in a folder with the built program; curl is the client."""
    html = fetched(client, page).decode()
    shown = unescape(html.partition('id="commands"')[2].partition("<code>")[2])
    lines = []
    for line in shown.partition("</code>")[0].splitlines():
        words = line.split()
        if words[:1] == ["curl"]:
            url = words[-1]
            name = words[2] if words[1] == "-o" else url.rpartition("/")[2]
            (folder / name).write_bytes(fetched(client, url.partition("testserver")[2]))
        elif words[:1] != ["sudo"] and "go build" not in line:  # done before
            lines.append(line)
    return subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(lines)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def logged_size() -> int:
    return Leaf.objects.count()


class TestReports:
    def test_its_author_gets_a_promise_and_then_a_proof(self, world: World, signer: Any) -> None:
        report = a_report(world)
        page, client = f"/reports/{report.receipt}/proof/", as_user(world.filer)
        html = fetched(client, page).decode()
        assert "It is not in the log yet" in html
        note = fetched(client, f"{page}receipt.txt").decode()
        text, _keys = opened(note, [signer.receipts.verifier])
        promised = "2020-10-12T13:00:00Z"  # filed at 08:00: bucket until 12:00, and an hour
        parts = [report.receipt, report.sha256, "2020-10-12T06Z", promised]
        assert text.split("\n")[1:5] == parts
        assert note in unescape(fetched(client, f"/reports/{report.receipt}/").decode())
        append_leaves(at=LATER)
        sign_log(at=LATER)
        state = LogState.objects.get()
        assert fetched(client, "/log/receipts-key").decode() == f"{signer.receipts.verifier}\n"
        leaf = fetched(client, f"{page}leaf.json")
        proof = fetched(client, f"{page}log.tlog-proof").decode()
        check_proof(proof, leaf, origin=state.origin, keys=[verifier_key(state.verifier)])
        shown = client.get(f"{page}field.json").json()
        path = tuple(bytes.fromhex(one) for one in shown.pop("path"))
        assert shown["value"] == report.sha256
        assert Disclosure(**shown, path=path).is_in(bytes.fromhex(parsed(leaf)["commit"]))

    def test_a_partner_checks_a_receipt_with_go(
        self, world: World, signer: Any, tmp_path: Path
    ) -> None:
        if not go_is_here():
            pytest.skip("no Go here: the gate of .ci/run says so in red")
        report = a_report(world)
        append_leaves(at=LATER)
        sign_log(at=LATER)
        page, client = f"/reports/{report.receipt}/proof/", as_user(world.filer)
        for name in ("receipt.txt", "leaf.json", "field.json"):
            (tmp_path / name).write_bytes(fetched(client, f"{page}{name}"))
        command = [str(built_auditor(tmp_path)), "-key", str(signer.receipts.verifier)]

        def checked(*names: str) -> subprocess.CompletedProcess[str]:
            words = [f"-{name.partition('.')[0]}={tmp_path / name}" for name in names]
            return subprocess.run([*command, *words], capture_output=True, text=True, check=False)

        promise = checked("receipt.txt")
        assert f"{report.sha256} is promised to be in" in promise.stdout, promise.stderr
        for name in ("leaf.json", "log.tlog-proof", "field.json"):
            (tmp_path / name).write_bytes(fetched(client, f"{page}{name}"))
        (tmp_path / f"receipt-{report.receipt}.txt").write_bytes(
            (tmp_path / "receipt.txt").read_bytes()
        )
        done = as_a_stranger(client, page, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith(f"the leaf of 2020-10-12T06Z seals {report.sha256}\n")
        kept = checked("receipt.txt", "leaf.json", "field.json")
        assert f"the leaf of 2020-10-12T06Z seals {report.sha256}" in kept.stdout, kept.stderr
        field = (tmp_path / "field.json").read_text()
        (tmp_path / "field.json").write_text(field.replace('"salt": "', '"salt": "0'))
        assert (
            "does not seal this report" in checked("receipt.txt", "leaf.json", "field.json").stderr
        )
        note = (tmp_path / "receipt.txt").read_text()
        (tmp_path / "receipt.txt").write_text(note.replace("T13:", "T14:"))
        assert "invalid signature" in checked("receipt.txt").stderr

    @pytest.mark.parametrize("who", CAST)
    def test_nobody_else_gets_any_of_it(self, world: World, signer: Any, who: str) -> None:
        report = a_report(world)
        append_leaves(at=LATER)
        sign_log(at=LATER)
        client = as_user(getattr(world, who))
        for name in ("", "receipt.txt", "leaf.json", "log.tlog-proof", "field.json"):
            answer = client.get(f"/reports/{report.receipt}/proof/{name}")
            assert answer.status_code in (403, 404), name
            assert report.sha256.encode() not in answer.content

    def test_a_stranger_is_asked_to_sign_in(self, client: Client, world: World) -> None:
        report = a_report(world)
        answer = client.get(f"/reports/{report.receipt}/proof/")
        assert (answer.status_code, "/accounts/login/" in answer["Location"]) == (302, True)

    def test_while_the_signer_is_silent_the_page_says_so(self, world: World) -> None:
        report = a_report(world)

        def silent(question: Any) -> Any:
            raise SignerSilent

        with signer_at_hand(silent):
            html = fetched(as_user(world.filer), f"/reports/{report.receipt}/proof/").decode()
        assert "The receipt cannot be signed at this moment. Your report is safe" in html
        assert Report.objects.filter(pk=report.pk).exists()
