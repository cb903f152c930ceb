"""What `verify_log` says of a log whose rows were edited, removed or put back behind its back."""

# ruff: noqa: S608 - the names in these statements are our own tables and columns

from __future__ import annotations

import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from reports.journal.models import Event, Unlogged
from tests.factories import LATER, World
from tests.log_files import built_auditor, go_is_here
from tests.public_record import PublicRecord, build_public_record
from tests.verification.ledger.test_sequencer import as_owner, events_of
from verification.ledger.actions.sequencer import append_leaves, sign_log
from verification.ledger.models import Leaf, LogState
from verification.ledger.queries import newest_checkpoint
from verification.publication.models import Finding


@pytest.fixture
def record(world: World, signer: Any) -> PublicRecord:
    """A record with two findings, all of it under a signed checkpoint."""
    made = build_public_record(world)
    append_leaves(at=LATER)
    sign_log(at=LATER)
    return made


def verified(*words: str) -> str:
    said = StringIO()
    call_command("verify_log", *words, stdout=said, stderr=StringIO())
    return said.getvalue()


def faults(*words: str) -> str:
    with pytest.raises(CommandError) as refused:
        verified(*words)
    return str(refused.value)


# table, what is set in every row of it
EDITS = {
    "reports_event": "payload = '{}', at = at - interval '1 hour'",
    "reports_report": "narrative = 'Nothing happened.'",
    "verification_statement": "note = 'I saw nothing.'",
    "verification_score": "n_origins = 99",
    "verification_ballot": "reasons = 'I changed my mind.'",
    "verification_decision": "reasons = 'As we were told to.'",
    "verification_standing": "decided_breaches = 7",
    "verification_finding": "content = jsonb_set(content, '{act}', '\"other\"')",
    "verification_leaf": "body = convert_to('{}', 'UTF8')",
    "verification_opening": "sealed = sealed || sealed",
}


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The Go auditor; None where Go is not: then the gate of .ci/run says so in red."""
    return built_auditor(tmp_path_factory.mktemp("go")) if go_is_here() else None


@pytest.fixture
def in_go(program: Path | None, tmp_path: Path) -> Any:
    """Return what the Go auditor says of the log's files and of the rows under its leaves."""

    def audit(*words: str) -> str | None:
        if program is None:
            return None
        folder, rows = tmp_path / "out", tmp_path / "rows.jsonl"
        call_command("export_log", str(folder), rows=rows, stdout=StringIO())
        command = [str(program), "-key", LogState.objects.get().verifier, "-log", str(folder)]
        done = subprocess.run(
            [*command, "-rows", str(rows), *words], capture_output=True, text=True, check=False
        )
        assert (done.returncode == 0) == (done.stderr == "")
        return done.stderr or done.stdout

    return audit


LOGS_OWN = ("verification_leaf", "verification_opening")


class TestOnThisSite:
    def test_an_honest_log_is_whole(self, record: PublicRecord, in_go: Any) -> None:
        said = verified()
        go = in_go()
        if go is not None:
            decoys = Leaf.objects.filter(event=None).count()
            opened = f"rows: {Event.objects.count()} leaves opened and compared with their rows"
            assert f"{opened}, 0 erased, {decoys} decoys\n" in go
        assert "2 public records" in said
        assert f"{Event.objects.count()} leaves opened and compared with their rows" in said
        assert said.endswith("The log is whole.\n")

    @pytest.mark.parametrize("table", EDITS)
    def test_an_edited_row_is_named(self, record: PublicRecord, table: str, in_go: Any) -> None:
        as_owner(f"UPDATE {table} SET {EDITS[table]}")
        said, go = faults(), in_go()
        assert "leaf " in said
        assert go is None or "FAULT: leaf " in go
        if go is not None and table not in ("reports_event", *LOGS_OWN):
            assert f"what it vouches for was changed or removed ({table} " in go
        if table.startswith("verification_f"):
            assert "record NK20-0002-F1 is not the one" in said or "files: record" in said
        if table not in ("reports_event", *LOGS_OWN):
            assert f"what it vouches for was changed or removed ({table} " in said

    @pytest.mark.parametrize("table", ["reports_report", "verification_finding", "reports_event"])
    def test_a_removed_row_is_named(self, record: PublicRecord, table: str, in_go: Any) -> None:
        as_owner(f"DELETE FROM {table}")
        said, go = faults(), in_go()
        wanted = "its event" if table == "reports_event" else "nothing is left"
        assert wanted in said
        assert go is None or wanted in go

    def test_an_event_kept_out_of_the_log_is_named(self, record: PublicRecord, in_go: Any) -> None:
        events_of(1)
        as_owner("DELETE FROM reports_unlogged")
        event = Event.objects.order_by("recorded_at").last()
        assert event is not None
        words = f"event {event.pk} (organisation.registered) never entered the log"
        assert words in faults()
        assert (go := in_go()) is None or words in go

    def test_a_database_put_back_is_named(
        self, record: PublicRecord, tmp_path: Path, in_go: Any
    ) -> None:
        """The signer remembers more than the restored database knows; so does who kept a copy."""
        kept = tmp_path / "kept"
        before = Event.objects.count()
        events_of(3)
        append_leaves(at=LATER)
        sign_log(at=LATER)
        first = LogState.objects.get().size - 3
        kept.write_text(newest_checkpoint())
        for table, column in (("opening", "leaf_id"), ("leaf", "id")):
            as_owner(f"DELETE FROM verification_{table} WHERE {column} >= {first}")
        as_owner(f"DELETE FROM verification_signedtree WHERE size > {first}")
        as_owner(
            "DELETE FROM reports_event WHERE kind = 'organisation.registered' AND id IN"
            " (SELECT id FROM reports_event ORDER BY recorded_at DESC, id DESC LIMIT 3)"
        )
        assert Event.objects.count() <= before
        assert "it was put back to an earlier day" in faults()
        go = in_go("-since", str(kept))
        assert go is None or f"the log shrank: {first + 3} leaves were signed" in go

    def test_another_log_in_its_place_is_named(
        self, record: PublicRecord, tmp_path: Path, settings: Any, in_go: Any
    ) -> None:
        old = tmp_path / "checkpoint"
        call_command("export_log", str(tmp_path / "log"), stdout=StringIO())
        old.write_bytes((tmp_path / "log" / "checkpoint").read_bytes())
        other = (tmp_path / "log" / "checkpoint").read_text()
        (tmp_path / "log" / "checkpoint").write_text(
            other.replace(settings.LOG_ORIGIN, "localhost/log/2")
        )
        said = faults("--from", str(tmp_path / "log"), "--since", str(old))
        assert "not signed by" in said
        state = LogState.objects.get()
        as_owner("UPDATE verification_logstate SET origin = 'localhost/log/2'")
        as_owner(f"UPDATE verification_signedtree SET note = replace(note, '{state.origin}', 'x')")
        go = in_go()
        assert go is None or "no verifiable signatures" in go


class TestFiles:
    def test_they_are_written_once_and_hold_everything(
        self, record: PublicRecord, tmp_path: Path
    ) -> None:
        said = StringIO()
        call_command("export_log", str(tmp_path), stdout=said)
        call_command("export_log", str(tmp_path), stdout=said)
        assert said.getvalue().endswith(f"\n0 new files in {tmp_path}\n")
        names = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.json")}
        assert names == {f"records/{one.code}.json" for one in Finding.objects.all()}
        assert "The log is whole." in verified("--from", str(tmp_path))

    def test_the_go_auditor_agrees_and_names_an_edited_finding(
        self, record: PublicRecord, tmp_path: Path
    ) -> None:
        if not go_is_here():
            pytest.skip("no Go here: the gate of .ci/run says so in red")
        program = built_auditor(tmp_path)
        key = LogState.objects.get().verifier

        def audit(folder: Path) -> subprocess.CompletedProcess[str]:
            call_command("export_log", str(folder), stdout=StringIO())
            command = [str(program), "-key", key, "-log", str(folder)]
            return subprocess.run(command, capture_output=True, text=True, check=False)

        assert audit(tmp_path / "a").returncode == 0
        as_owner("UPDATE verification_finding SET content = '{}'")
        assert "is not the one that leaf" in audit(tmp_path / "b").stderr
        as_owner("UPDATE verification_leaf SET body = convert_to('{}', 'UTF8') WHERE id = 3")
        assert "leaf 3 was changed" in audit(tmp_path / "c").stderr

    def test_without_a_key_nothing_is_trusted(self, world: World) -> None:
        assert "--key" in faults()
        assert Unlogged.objects.exists()
