"""A report can be erased for good: nothing can be read or guessed, and every proof still holds."""

from __future__ import annotations

import copy
import json
import subprocess
import uuid
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.core import serializers
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection

from config import prepare
from reports.evidence.actions import add_item
from reports.evidence.drafts import ItemDraft
from reports.evidence.models import Reading
from reports.evidence.queries import item_by_code
from reports.evidence.storage import COPY, ORIGINAL, THUMB, path_of, vault
from reports.intake.actions import withdraw_report
from reports.intake.models import STATEMENT_FIELDS, Report
from reports.journal.kinds import Kind
from reports.journal.models import Event
from reports.problems import Invalid
from reports.questions.actions import AnswerDraft, answer_question
from tests.factories import LATER, NOW, World, a_draft, a_question, a_report, an_item, settle
from tests.log_files import built_auditor, go_is_here
from tests.pictures import photo
from tests.proofs import no_trace, one_event, refused
from verification.ledger.actions.erasure import (
    EMPTY,
    CannotEraseNow,
    erase_report,
    replay_erasures,
)
from verification.ledger.models import Leaf, LeafKey, LogState, Opening
from verification.ledger.queries import logged_leaf
from verification.ledger.rows import rows_digest
from verification.ledger.sealing import unsealed
from verification.merkle.canonical import parsed
from verification.merkle.note import verifier_key
from verification.merkle.proof_file import check_proof
from verification.merkle.slots import commitment

SAID = "CANARY-TOLD she saw it from the roof of the mill"
BASIS = "danger_to_a_person"


@pytest.fixture
def report(world: World, publish: Any) -> Report:
    """A withdrawn report, all of it signed."""
    made = a_report(world, a_draft(world, narrative=SAID))
    withdraw_report(report=made, by=world.filer, at=NOW)
    publish()
    return made


def everything() -> str:
    """Return every row of ours as text, as a dump of the database would."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("reports_", "verification_"))
    ]
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT json_agg(t)::text FROM {table} t")  # noqa: S608 - our tables
            found.append(str(cursor.fetchone()[0]))
    return "".join(found)


class TestQuestions:
    def test_what_was_asked_and_answered_goes_with_it(self, world: World, publish: Any) -> None:
        question = a_question(world, text="CANARY-ASKED from which roof did she see it?")
        report = question.report
        draft = AnswerDraft(uuid.uuid4(), SAID)
        answer_question(question=question, draft=draft, by=world.filer, at=NOW)
        withdraw_report(report=report, by=world.filer, at=NOW)
        publish()
        assert "CANARY" in everything()
        erase_report(report=report, basis=BASIS, by=world.operator, at=LATER)
        settle()
        assert "CANARY" not in everything()
        publish()
        said = StringIO()
        call_command("verify_log", stdout=said, stderr=StringIO())
        assert "erased" in said.getvalue()


class TestFiles:
    def test_its_files_go_with_it(self, world: World, publish: Any) -> None:
        report = a_report(world, a_draft(world, narrative=SAID))
        content = photo(device=("CANARY-MAKER", "One"), position=(40.123, 46.321))
        item = an_item(world, report, content, caption="CANARY-CAPTION")
        kept = an_item(world, a_report(world), content)
        withdraw_report(report=report, by=world.filer, at=NOW)
        publish()
        place, sha256 = item.stored_as, item.sha256
        assert vault().exists(path_of(ORIGINAL, place)) and vault().exists(path_of(COPY, place))
        erase_report(report=report, basis=BASIS, by=world.operator, at=LATER)
        settle()
        for folder in (ORIGINAL, COPY, THUMB):
            assert not vault().exists(path_of(folder, place))
            assert vault().exists(path_of(folder, kept.stored_as))  # another report's own
        item.refresh_from_db()
        assert (item.sha256, item.caption, item.stored_as, item.size) == ("", "", "", 0)
        reading = item.reading
        assert (reading.device, reading.pdq, reading.words, reading.embedded_lat) == (
            *("", None, []),
            None,
        )
        assert everything().count(sha256) == 2  # of the other report: its hash, and its place
        assert item_by_code(item.code) is None
        publish()
        said = StringIO()
        call_command("verify_log", stdout=said, stderr=StringIO())
        assert "5 erased" in said.getvalue()  # filed, withdrawn, erased; the file added and read

    def test_one_erased_before_it_was_read_is_never_read(self, world: World, publish: Any) -> None:
        report = a_report(world)
        draft, file = ItemDraft(), ContentFile(photo())
        item = add_item(report=report, draft=draft, file=file, by=world.filer, at=NOW).item
        withdraw_report(report=report, by=world.filer, at=NOW)
        publish()
        erase_report(report=report, basis=BASIS, by=world.operator, at=LATER)
        settle()
        assert not Reading.objects.filter(item=item).exists()
        assert not vault().exists(path_of(ORIGINAL, item.stored_as))


def filed_leaf(report: Report) -> Leaf:
    return Leaf.objects.get(event__kind="report.filed", event__subject_id=report.pk)


class TestErasing:
    def test_what_was_said_is_nowhere_and_every_proof_still_holds(
        self, world: World, report: Report, publish: Any, tmp_path: Path
    ) -> None:
        raw, secret = bytes(report.raw).hex(), LeafKey.objects.get(subject_id=report.pk).secret
        held = (SAID, raw[:200], report.sha256, bytes(secret).hex())
        assert all(word in everything() for word in held)
        with one_event(Kind.ERASURE_DONE) as left:
            erase_report(report=report, basis=BASIS, by=world.operator, at=LATER)
        publish()
        dump = everything()
        assert [word for word in held if word in dump] == []
        state = LogState.objects.get()
        for event in Event.objects.filter(subject_id=report.pk):
            leaf = logged_leaf(event.pk)
            assert leaf is not None
            keys = [verifier_key(state.verifier)]
            check_proof(leaf.proof.text, leaf.body, origin=state.origin, keys=keys)
        done = parsed(bytes(Leaf.objects.get(event=left[0]).body))
        assert (done["type"], done["basis"], done["day"]) == ("erasure.done", BASIS, "2020-10-16")
        said = StringIO()
        call_command("verify_log", stdout=said, stderr=StringIO())
        assert "3 erased" in said.getvalue()  # filed, withdrawn, and the erasure itself
        if go_is_here():
            self.go_agrees(state.verifier, tmp_path)

    def go_agrees(self, key: str, folder: Path) -> None:
        rows = folder / "rows.jsonl"
        call_command("export_log", str(folder / "log"), rows=rows, stdout=StringIO())
        assert SAID not in rows.read_text() and rows.stat().st_mode & 0o77 == 0
        command = [str(built_auditor(folder)), "-key", key, "-log", str(folder / "log")]
        words = [*command, "-rows", str(rows)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode, "3 erased" in done.stdout) == (0, True), done.stderr

    def test_guesses_match_before_and_never_after(self, world: World, report: Report) -> None:
        """Who held the salts could try every place and day; when they are gone nobody can."""
        leaf, commit = filed_leaf(report), parsed(bytes(filed_leaf(report).body))["commit"]
        guesses = []
        for day in range(14):
            for place in [None, *range(1, 400)]:
                row = copy.copy(report)
                row.observed_from = report.observed_from + timedelta(days=day)
                row.lat = report.lat if place is None else 40 + place / 1000
                guesses.append(row)

        def matches(some: list[Report]) -> int:
            opening = Opening.objects.filter(leaf=leaf).select_related("key").first()
            if opening is None or opening.key.secret is None:
                return 0
            opened = unsealed(bytes(opening.key.secret), leaf.pk, bytes(opening.sealed))
            place = next(n for n, one in enumerate(opened) if len(one) == 3 and one[1] == "rows")
            found = 0
            for row in some:
                opened[place] = [opened[place][0], "rows", rows_digest([row])]
                found += commitment(opened).hex() == commit
            return found

        assert matches([Report.objects.get(pk=report.pk), *guesses[1:40]]) == 1
        erase_report(report=report, basis=BASIS, by=world.operator, at=LATER)
        assert matches(guesses) == 0
        assert not Opening.objects.filter(leaf=leaf).exists()

    def test_every_field_is_emptied_or_says_nothing(self) -> None:
        kept = {
            *("id", "client_uuid", "receipt", "agreement", "source", "filed_by", "channel"),
            *("stance", "act", "location_kind", "effect", "count_qualifier", "language"),
            *("origin", "supersedes", "form_version"),
        }
        times = {"received_at", "observed_from", "observed_until"}  # coarsened to their bucket
        assert kept | times | set(EMPTY) - {"state_reason"} == set(STATEMENT_FIELDS)

    def test_erasing_twice_leaves_one_event(self, world: World, report: Report) -> None:
        with one_event(Kind.ERASURE_DONE):
            for _ in range(2):
                erase_report(report=report, basis=BASIS, by=world.operator, at=LATER)


class TestRefusals:
    def test_only_what_counts_for_nothing_can_be_erased(self, world: World, signer: Any) -> None:
        filed = a_report(world)
        with refused(Invalid, saying="withdrawn or rejected"):
            erase_report(report=filed, basis=BASIS, by=world.operator, at=NOW)

    def test_a_legal_ground_is_needed(self, world: World, report: Report) -> None:
        with refused(Invalid, "basis"):
            erase_report(report=report, basis="because", by=world.operator, at=LATER)

    def test_without_the_signer_s_memory_nothing_is_erased(self, world: World) -> None:
        made = a_report(world)
        withdraw_report(report=made, by=world.filer, at=NOW)
        with no_trace(), pytest.raises(CannotEraseNow):
            erase_report(report=made, basis=BASIS, by=world.operator, at=NOW)
        assert Report.objects.get(pk=made.pk).narrative == made.narrative


class TestAfterARestore:
    def put_back(self, backup: str) -> None:
        with pgtrigger.ignore():
            for row in serializers.deserialize("json", backup):
                row.save()

    def test_it_is_erased_again_before_the_site_opens(self, world: World, report: Report) -> None:
        key = LeafKey.objects.get(subject_id=report.pk)
        rows = [Report.objects.get(pk=report.pk), key, *key.openings.all()]
        backup = serializers.serialize("json", rows)
        assert json.loads(backup)
        erase_report(report=report, basis=BASIS, by=world.operator, at=LATER)
        self.put_back(backup)
        assert SAID in everything()
        prepare.replay_erasures()
        dump = everything()
        assert SAID not in dump
        assert bytes(key.secret).hex() not in dump
        assert not Opening.objects.filter(key__subject_id=report.pk).exists()
        assert replay_erasures(at=LATER) == 0

    def test_nothing_opens_while_the_signer_is_silent(self, db: None, settings: Any) -> None:
        prepare.replay_erasures()  # a site without a signer has erased nothing
        settings.LOG_SIGNER = "/nowhere/signer.sock"
        with pytest.raises(prepare.Refused, match="what was erased"):
            prepare.replay_erasures()
