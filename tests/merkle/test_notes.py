"""Canonical bytes, signed notes, checkpoints, proof files and committed fields."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors import write
from verification.merkle.canonical import NotCanonical, canonical, parsed, record_bytes
from verification.merkle.checkpoint import Checkpoint, checkpoint_in, opened_checkpoint
from verification.merkle.hash import leaf_hash
from verification.merkle.note import BadNote, SigningKey, opened, signed_note, verifier_key
from verification.merkle.proof_file import check_proof, proof_file
from verification.merkle.proofs import BadProof
from verification.merkle.slots import (
    SLOTS,
    Disclosure,
    commitment,
    disclosed,
    fields_in,
    openings_for,
)

VECTORS = Path(__file__).parents[1] / "vectors"
PUBLISHED = json.loads((VECTORS / "published.json").read_text(encoding="utf-8"))
OURS: dict[str, Any] = write.vectors()
KEY = SigningKey(write.ORIGIN, write.SEED)
OTHER = SigningKey("witness.example", write.WITNESS)

leaf_values = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.sampled_from('aé€😀\n"\\')),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab€😀"), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_our_vectors_are_what_the_code_says() -> None:
    assert (VECTORS / "log.json").read_text(encoding="utf-8") == write.text()


class TestCanonical:
    @pytest.mark.parametrize("case", PUBLISHED["rfc8785"]["cases"])
    def test_published_vectors(self, case: dict[str, Any]) -> None:
        assert record_bytes(case["value"]).decode() == case["text"]

    @given(st.dictionaries(st.text("ab€😀"), leaf_values))
    def test_bytes_and_value_are_one(self, value: dict[str, Any]) -> None:
        body = canonical(value)
        assert parsed(body) == value
        assert canonical(dict(reversed(value.items()))) == body

    @pytest.mark.parametrize(
        "value", [1.5, None, 2**53, -(2**53), {"a": 1.0}, b"x", {1: "a"}, "e\u0301", "\ud800"]
    )
    def test_what_could_be_read_in_two_ways_is_refused(self, value: Any) -> None:
        with pytest.raises(NotCanonical):
            canonical({"value": value} if not isinstance(value, dict) else value)

    @pytest.mark.parametrize(
        "body",
        [b'{"b":1,"a":2}', b'{"a": 1}', b"[]", b"{", b'{"a":1.0}', b"\xff", b'{"a":1,"a":1}'],
    )
    def test_other_bytes_of_the_same_value_are_refused(self, body: bytes) -> None:
        with pytest.raises(NotCanonical):
            parsed(body)

    def test_what_is_nested_without_end_is_refused(self) -> None:
        deep: Any = "end"
        for _ in range(40):
            deep = [deep]
        with pytest.raises(NotCanonical, match="deep"):
            canonical(deep)
        with pytest.raises(NotCanonical):
            parsed(b"[" * 100_000)
        with pytest.raises(NotCanonical):
            record_bytes(float("nan"))


class TestNotes:
    def test_the_published_one(self) -> None:
        case = PUBLISHED["note"]
        key = verifier_key(case["key"])
        text, signed = opened(case["note"], [key])
        assert (text, signed) == (case["text"], [key])
        assert str(key) == case["key"]

    def test_lines_of_strangers_are_passed_over(self) -> None:
        note = signed_note("text\n", KEY, OTHER)
        assert opened(note, [OTHER.verifier]) == ("text\n", [OTHER.verifier])
        both = [KEY.verifier, OTHER.verifier]
        assert opened(note, both) == ("text\n", both)
        assert opened(note + KEY.line("text\n"), [KEY.verifier])[1] == [KEY.verifier]

    def test_a_note_nobody_known_has_signed_is_refused(self) -> None:
        with pytest.raises(BadNote, match="no known key"):
            opened(signed_note("text\n", OTHER), [KEY.verifier])
        namesake = SigningKey(KEY.name, write.WITNESS)
        with pytest.raises(BadNote, match="no known key"):
            opened(signed_note("text\n", namesake), [KEY.verifier])

    def test_a_wrong_line_of_a_known_key_spoils_the_note(self) -> None:
        wrong = KEY.line("other text\n")
        with pytest.raises(BadNote, match="not right"):
            opened(signed_note("text\n", OTHER) + wrong, [KEY.verifier, OTHER.verifier])

    @given(st.integers(0, 400), st.integers(0, 7))
    @settings(max_examples=200, deadline=None)
    def test_no_bit_of_a_note_can_change(self, at: int, bit: int) -> None:
        raw = bytearray(signed_note("first line\n\nsecond part\n", KEY).encode())
        raw[at % len(raw)] ^= 1 << bit
        with pytest.raises(ValueError):
            opened(raw.decode(), [KEY.verifier])

    @given(st.text(max_size=200))
    def test_any_text_is_refused_and_nothing_breaks(self, junk: str) -> None:
        with pytest.raises(BadNote):
            opened(junk, [KEY.verifier])
        with pytest.raises(BadNote):
            proof_file(junk)
        with pytest.raises(BadNote):
            checkpoint_in(junk)

    @pytest.mark.parametrize("text", ["no end", "tab\there\n", "nul\x00\n"])
    def test_not_every_text_can_be_signed(self, text: str) -> None:
        with pytest.raises(BadNote):
            signed_note(text, KEY)

    @pytest.mark.parametrize("key", ["", "a+b", "a+00000000+AAAA", "log+" + str(KEY.verifier)])
    def test_not_every_line_is_a_key(self, key: str) -> None:
        with pytest.raises(BadNote):
            verifier_key(key)

    def test_a_note_without_end_is_refused(self) -> None:
        note = signed_note("text\n", KEY)
        with pytest.raises(BadNote, match="too long"):
            opened("x" * 200_000 + note, [KEY.verifier])
        with pytest.raises(BadNote, match="too many"):
            opened(note + OTHER.line("text\n") * 80, [KEY.verifier])


class TestCheckpoints:
    ROOT = leaf_hash(b"")

    def test_they_read_as_they_were_written(self) -> None:
        made = Checkpoint(write.ORIGIN, 42, self.ROOT)
        assert checkpoint_in(made.text) == made
        note = signed_note(made.text, KEY)
        assert opened_checkpoint(note, origin=write.ORIGIN, keys=[KEY.verifier]) == made
        with pytest.raises(BadNote, match="a checkpoint of"):
            opened_checkpoint(note, origin="example.org/log/2", keys=[KEY.verifier])

    def test_lines_that_may_come_later_are_passed_over(self) -> None:
        made = Checkpoint(write.ORIGIN, 42, self.ROOT)
        assert checkpoint_in(made.text + "extension\n") == made

    @pytest.mark.parametrize(
        "text",
        [
            "o\n042\nROOT\n",
            "o\n-1\nROOT\n",
            "o\n٤\nROOT\n",
            "o\n1\nAAAA\n",
            "\n1\nROOT\n",
            "o\n1\nROOT\n\n",
            "o\n1\nROOT",
            "o\n" + "9" * 30 + "\nROOT\n",
        ],
    )
    def test_others_are_refused(self, text: str) -> None:
        root = Checkpoint("o", 1, self.ROOT).text.split("\n")[2]
        with pytest.raises(BadNote):
            checkpoint_in(text.replace("ROOT", root))


class TestProofFiles:
    LEAF = OURS["proof"]["leaf"].encode()
    TEXT = OURS["proof"]["file"]
    KEYS = (KEY.verifier,)

    def check(self, text: str, leaf: bytes = LEAF) -> None:
        proof, found = check_proof(text, leaf, origin=write.ORIGIN, keys=self.KEYS)
        assert (proof.index, found.size, proof.text) == (7, write.SIZE, self.TEXT)

    def test_it_proves_without_a_network(self) -> None:
        self.check(self.TEXT)
        self.check(self.TEXT.replace("index", "extra aGVsbG8=\nindex"))

    def test_another_leaf_is_refused(self) -> None:
        with pytest.raises(BadProof):
            self.check(self.TEXT, self.LEAF.replace(b"06Z", b"12Z"))

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("index 7", "index 6"),
            ("index 7", "index 07"),
            ("index 7", "index x"),
            ("index 7\n", ""),
            ("@v1", "@v2"),
            ("\n300\n", "\n299\n"),
            ("extra", "extra"),
        ],
    )
    def test_an_edited_one_is_refused(self, old: str, new: str) -> None:
        text = self.TEXT.replace(old, new, 1)
        if text == self.TEXT:
            text = self.TEXT.replace("index", "extra ***\nindex")
        with pytest.raises((BadNote, BadProof)):
            self.check(text)


class TestSlots:
    FIELDS: dict[str, Any] = {"case": "NK20-0001", "place": "Gəncə", "n": 3}

    def test_each_field_can_be_shown_alone(self) -> None:
        made = openings_for(self.FIELDS, write.stream("x"))
        commit = commitment(made)
        for name, value in self.FIELDS.items():
            shown = disclosed(made, name)
            assert (shown.value, shown.is_in(commit)) == (value, True)
            other = Disclosure(shown.salt, name, "another", shown.slot, shown.path)
            assert not other.is_in(commit)
            moved = Disclosure(shown.salt, name, value, (shown.slot + 1) % SLOTS, shown.path)
            assert not moved.is_in(commit)
        assert fields_in(made) == self.FIELDS
        with pytest.raises(KeyError):
            disclosed(made, "absent")

    def test_how_many_fields_there_are_does_not_show(self) -> None:
        none, full = ({f"f{n}": n for n in range(count)} for count in (0, SLOTS))
        for fields in (none, full):
            made = openings_for(fields, write.stream("y"))
            assert (len(made), len(commitment(made))) == (SLOTS, 32)
        with pytest.raises(ValueError, match="room for 16"):
            openings_for({f"f{n}": n for n in range(SLOTS + 1)}, write.stream("z"))
        with pytest.raises(ValueError, match="16 slots"):
            commitment(made[1:])
        with pytest.raises(ValueError, match="size of a digest"):
            commitment([["00"]] * SLOTS)

    def test_the_same_fields_never_look_the_same(self) -> None:
        first, second = (commitment(openings_for(self.FIELDS, write.stream(s))) for s in "ab")
        assert first != second

    def test_a_guess_without_the_salt_finds_nothing(self) -> None:
        """A party that tries every place and day learns nothing from the leaf alone."""
        made = openings_for({"place": "Gəncə", "day": "2020-10-11"}, write.stream("secret"))
        digests = {hashlib.sha256(canonical(one)).digest() for one in made if len(one) == 3}
        guessed = {
            hashlib.sha256(canonical(["", "place", place])).digest() for place in ("Gəncə", "Berd")
        }
        assert not digests & guessed
