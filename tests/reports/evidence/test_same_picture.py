"""PDQ and its look-up: what looks alike is found, nothing within 31 bits is missed."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reports.evidence.pdq import pdq_of
from reports.evidence.queries import near_identical, readings_near
from reports.evidence.words import WITHIN, bits_apart, words_near, words_of
from tests.factories import World, a_report, an_item
from tests.pictures import encoded, photo
from verification.management.seeding.drawings import drawing


def hash_of(content: bytes) -> tuple[bytes, int]:
    return pdq_of(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))


class TestTheHash:
    def test_a_worse_copy_is_near_and_another_picture_far(self) -> None:
        first, second = hash_of(drawing(1)), hash_of(drawing(2))
        assert first[1] == second[1] == 100  # quality
        assert bits_apart(first[0], hash_of(drawing(1, changed=True))[0]) <= 10
        assert bits_apart(first[0], second[0]) > 90

    def test_it_has_as_many_ones_as_noughts(self) -> None:
        assert int.from_bytes(hash_of(drawing(3))[0], "big").bit_count() == 128

    def test_a_plain_picture_tells_nothing(self) -> None:
        night = encoded(Image.new("RGB", (640, 480), (4, 4, 8)))
        assert hash_of(night)[1] < 50


class TestLookingUp:
    @given(st.integers(0, 2**256 - 1), st.integers(0, WITHIN), st.integers(0, 10**9))
    def test_no_neighbour_is_missed(self, hashed: int, bits: int, seed: int) -> None:
        """By the pigeon-hole: 31 bits in 16 words leave one word with at most one of them."""
        pdq, near = hashed.to_bytes(32, "big"), hashed
        for place in random.Random(seed).sample(range(256), bits):
            near ^= 1 << place
        other = near.to_bytes(32, "big")
        assert bits_apart(pdq, other) == bits
        assert set(words_near(pdq)) & set(words_of(other))

    def test_it_looks_at_272_words(self) -> None:
        assert len(set(words_near(bytes(32)))) == 272
        assert words_of(b"\x01\x02" + bytes(30))[0] == 0x0102

    def test_only_other_reports_of_the_agreement(self, world: World) -> None:
        report = a_report(world)
        one, own = an_item(world, report, photo(1)), an_item(world, report, photo(1) + b"\0")
        other = an_item(world, a_report(world), photo(1))
        an_item(world, a_report(world), photo(2))
        assert [item.pk for item in near_identical([one])[one.pk]] == [other.pk]
        pdq = bytes(one.reading.pdq)
        assert {r.item_id for r in readings_near(pdq)} == {one.pk, own.pk, other.pk}

    @pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255)])
    def test_nights_are_not_all_one_picture(
        self, world: World, colour: tuple[int, int, int]
    ) -> None:
        plain = Image.new("RGB", (320, 240), colour)
        one = an_item(world, a_report(world), encoded(plain))
        an_item(world, a_report(world), encoded(plain, quality=50))
        assert near_identical([one]) == {}
