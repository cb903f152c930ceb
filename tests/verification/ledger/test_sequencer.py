"""Events enter the log gapless, once, as coarse as their class demands, and are signed."""

# ruff: noqa: S608 - the names in these statements are our own tables and columns

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from reports.journal.kinds import Kind
from reports.journal.models import Event, Unlogged
from reports.people.actions import register_organisation
from tests.factories import LATER, NOW, World, a_report, an_incident
from tests.proofs import at_once
from verification.ledger.actions import sequencer
from verification.ledger.actions.sequencer import LogBroken, append_leaves, sign_log
from verification.ledger.models import Leaf, LeafKey, LogState, Opening, SignedTree, TileRoot
from verification.ledger.queries import (
    growth_path,
    log_status,
    logged_leaf,
    opened_fields,
    public_files,
    signed_size,
)
from verification.ledger.rules import class_of
from verification.ledger.sealing import Unreadable, unsealed
from verification.ledger.signing import SignerRefused, SignerSilent
from verification.merkle.canonical import parsed
from verification.merkle.hash import leaf_hash
from verification.merkle.note import verifier_key
from verification.merkle.proof_file import check_proof
from verification.merkle.proofs import check_consistency
from verification.merkle.slots import commitment
from verification.merkle.tree import root_of


def leaves() -> list[dict[str, Any]]:
    return [parsed(bytes(leaf.body)) for leaf in Leaf.objects.order_by("id")]


def events_of(count: int, part: int = 0) -> None:
    for n in range(count):
        key = f"body-{part}-{n}"
        register_organisation(key=key, name=key, kind="mission", by=None, at=NOW)


class TestAppending:
    def test_every_event_enters_once_and_without_a_gap(self, world: World) -> None:
        an_incident(world)
        added = append_leaves(at=LATER)
        assert append_leaves(at=LATER) == 0
        assert not Unlogged.objects.exists()
        indexes = list(Leaf.objects.order_by("id").values_list("id", flat=True))
        assert indexes == list(range(added))
        logged = Leaf.objects.filter(event__isnull=False).values_list("event_id", flat=True)
        assert set(logged) == set(Event.objects.values_list("pk", flat=True))
        assert LogState.objects.get().size == added

    def test_filings_wait_until_their_bucket_has_ended(self, world: World) -> None:
        report = a_report(world)
        append_leaves(at=NOW + timedelta(hours=3))  # 11:00, in the bucket of 06:00
        waiting = Unlogged.objects.get()
        assert (waiting.event.kind, waiting.event.subject_id) == ("report.filed", report.pk)
        append_leaves(at=NOW + timedelta(hours=4, seconds=1))
        assert not Unlogged.objects.exists()

    def test_filings_are_filled_up_to_eight_and_all_look_alike(self, world: World) -> None:
        append_leaves(at=NOW)
        before = Leaf.objects.count()
        for _ in range(3):
            a_report(world)
        append_leaves(at=LATER)
        found = leaves()[before:]
        assert len(found) == 8
        assert {frozenset(leaf) for leaf in found} == {frozenset({"v", "type", "bucket", "commit"})}
        assert {(leaf["type"], leaf["bucket"]) for leaf in found} == {("filing", "2020-10-12T06Z")}
        sizes = {len(bytes(leaf.body)) for leaf in Leaf.objects.filter(id__gte=before)}
        assert len(sizes) == 1
        assert Leaf.objects.filter(id__gte=before, event=None).count() == 5

    def test_nothing_personal_and_no_exact_time_of_a_filing_is_in_clear(self, world: World) -> None:
        report = a_report(world)
        append_leaves(at=LATER)
        joined = b"".join(bytes(body) for body in Leaf.objects.values_list("body", flat=True))
        for secret in ("filer", "Valley", str(report.pk), report.receipt, "Ganja", report.sha256):
            assert secret.encode() not in joined

    def test_a_leaf_opens_to_what_was_done(self, world: World) -> None:
        report = a_report(world)
        append_leaves(at=LATER)
        event = Event.objects.get(kind=Kind.REPORT_FILED, subject_id=report.pk)
        leaf = Leaf.objects.get(event=event)
        fields = opened_fields(leaf.opening)
        assert fields["body"] == report.sha256
        assert fields["subject"] == str(report.pk)
        assert fields["kind"] == "report.filed"
        key = LeafKey.objects.get(subject_id=report.pk)
        opened = unsealed(bytes(key.secret), leaf.pk, bytes(leaf.opening.sealed))
        assert commitment(opened).hex() == parsed(bytes(leaf.body))["commit"]
        with pytest.raises(Unreadable):
            unsealed(bytes(key.secret), leaf.pk + 1, bytes(leaf.opening.sealed))
        with pytest.raises(Unreadable):
            unsealed(bytes(32), leaf.pk, bytes(leaf.opening.sealed))

    def test_what_is_committed_under_overlapping_batches_is_not_skipped(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sequencer, "BATCH", 7)
        events_of(20)
        append_leaves(at=LATER)
        assert Leaf.objects.filter(event__isnull=False).count() == Event.objects.count()

    def test_full_tiles_leave_their_root(self, world: World) -> None:
        append_leaves(at=LATER)
        for part in range(3):
            events_of(100, part)
            append_leaves(at=LATER)
        hashes = [bytes(one) for one in Leaf.objects.order_by("id").values_list("hash", flat=True)]
        assert len(hashes) > 256
        roots = list(TileRoot.objects.order_by("level", "number"))
        assert [(one.level, one.number) for one in roots] == [(0, 0)]
        assert bytes(roots[0].root) == root_of(hashes[:256])

    @pytest.mark.parametrize("kind", Kind)
    def test_every_kind_has_a_class(self, kind: Kind) -> None:
        assert class_of(kind.value) in {"filing", "judgement", "publication", "rule", "day"}
        if kind.value.startswith(("report.", "statement.", "watch.", "evidence.")):
            assert class_of(kind.value) == "filing"  # what could tell when somebody spoke to us


class TestAtOnce:
    def test_two_sequencers_give_one_log(self, live_world: World, signer: Any) -> None:
        events_of(30)
        _gave, raised = at_once([lambda: append_leaves(at=LATER)] * 3)
        assert raised == []
        indexes = list(Leaf.objects.order_by("id").values_list("id", flat=True))
        assert indexes == list(range(len(indexes)))
        assert Leaf.objects.filter(event__isnull=False).count() == Event.objects.count()
        assert sign_log(at=LATER) is not None


class TestSigning:
    def test_what_is_signed_can_be_proved(self, world: World, signer: Any) -> None:
        an_incident(world)
        append_leaves(at=LATER)
        tree = sign_log(at=LATER)
        assert tree is not None
        assert (tree.size, signed_size()) == (Leaf.objects.count(), tree.size)
        state = LogState.objects.get()
        keys = [verifier_key(state.verifier)]
        for event in Event.objects.all():
            found = logged_leaf(event.pk)
            assert found is not None
            proof, checkpoint = check_proof(
                found.proof.text, found.body, origin=state.origin, keys=keys
            )
            assert (proof.index, checkpoint.size) == (found.index, tree.size)
            assert leaf_hash(found.body) == found.hash

    def test_an_unchanged_log_is_not_signed_again(self, world: World, signer: Any) -> None:
        append_leaves(at=LATER)
        first = sign_log(at=LATER)
        assert first is not None
        assert sign_log(at=LATER) is None
        events_of(1)
        append_leaves(at=LATER)
        second = sign_log(at=LATER)
        assert second is not None
        path = growth_path(first.size, second.size)
        check_consistency(first.size, second.size, bytes(first.root), bytes(second.root), path)
        assert SignedTree.objects.count() == 2

    def test_without_a_signer_the_log_grows_and_says_that_it_is_behind(self, world: World) -> None:
        append_leaves(at=LATER)
        with pytest.raises(SignerSilent):
            sign_log(at=LATER)
        size = Leaf.objects.count()
        assert size > 0
        assert signed_size() == 0
        assert list(public_files()) == []
        after = Event.objects.order_by("recorded_at").last().recorded_at + timedelta(minutes=5)
        assert log_status(at=after).behind
        assert not log_status(at=after - timedelta(minutes=5)).behind

    def test_in_time_it_is_not_behind(self, world: World, signer: Any) -> None:
        append_leaves(at=LATER)
        sign_log(at=LATER)
        status = log_status(at=timezone.now() + timedelta(days=1))
        assert (status.behind, status.size) == (False, signed_size())

    @pytest.mark.parametrize("table", ["leaf", "tileroot", "logstate"])
    def test_rows_changed_between_writing_and_signing_are_not_signed(
        self, world: World, signer: Any, table: str
    ) -> None:
        events_of(256)
        append_leaves(at=LATER)
        column, value = {
            "leaf": ("body", rb"'\x7b7d'"),
            "tileroot": ("root", r"'\x" + "00" * 32 + "'"),
            "logstate": ("peaks", r"peaks || '\x00'"),
        }[table]
        as_owner(f"UPDATE verification_{table} SET {column} = {text_of(value)}")
        with pytest.raises((LogBroken, ValueError)):
            sign_log(at=LATER)
        assert not SignedTree.objects.exists()

    def test_a_missing_leaf_is_named(self, world: World, signer: Any) -> None:
        append_leaves(at=LATER)
        as_owner("DELETE FROM verification_opening")
        as_owner("DELETE FROM verification_leaf WHERE id = 5")
        with pytest.raises(LogBroken, match="leaf 5 is missing"):
            sign_log(at=LATER)

    def test_a_database_put_back_is_refused(self, world: World, signer: Any) -> None:
        append_leaves(at=LATER)
        sign_log(at=LATER)
        for table in ("opening", "leaf", "signedtree", "logstate", "leafkey"):
            as_owner(f"DELETE FROM verification_{table}")
        for event in Event.objects.all():
            Unlogged.objects.create(event=event)
        append_leaves(at=LATER)
        with pytest.raises(SignerRefused, match="the log forked"):
            sign_log(at=LATER)
        as_owner("DELETE FROM verification_opening")
        as_owner("DELETE FROM verification_leaf")
        as_owner("DELETE FROM verification_logstate")
        Unlogged.objects.create(event=Event.objects.first())
        append_leaves(at=LATER)
        with pytest.raises(SignerRefused, match="the log shrank"):
            sign_log(at=LATER)


def as_owner(sql: str) -> None:
    """Do what nobody may: as somebody who owns the database and turns its triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def text_of(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value


def test_openings_are_one_for_each_event(world: World) -> None:
    append_leaves(at=LATER)
    assert Opening.objects.count() == Event.objects.count()
