"""The quick ways to bytes and commitments give what the slow ones give."""

from __future__ import annotations

import hashlib
import unicodedata
from enum import IntEnum, StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from verification.merkle.canonical import MOST, NotCanonical, canonical, record_bytes
from verification.merkle.slots import SLOTS, commitment, committed, openings_for

text = st.text().map(lambda some: unicodedata.normalize("NFC", some))
whole = st.integers(1 - MOST, MOST - 1)
value = st.recursive(
    text | whole | st.booleans(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(text, part, max_size=4),
    max_leaves=12,
)
anything = st.recursive(
    value | st.none() | st.floats(allow_nan=False, allow_infinity=False),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=8,
)


class Word(StrEnum):
    ONE = "one"


class Number(IntEnum):
    ONE = 1


@settings(max_examples=400, deadline=None)
@given(value)
@example({"\uff21": 1, "\U0001f600": 2, "a": 3})  # units and points sort these two otherwise
@example(['\x00\x08\x0c\x1f\x7f\u2028"\\/', "é", Word.ONE, Number.ONE, (1, True)])
def test_a_leaf_has_the_bytes_of_rfc_8785(some: Any) -> None:
    assert canonical(some) == rfc8785.dumps(some)


@settings(max_examples=200, deadline=None)
@given(anything)
def test_a_record_has_the_bytes_of_rfc_8785(some: Any) -> None:
    try:
        wanted = rfc8785.dumps(some)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        with pytest.raises(NotCanonical):
            record_bytes(some)
    else:
        assert record_bytes(some) == wanted


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(text, value, max_size=SLOTS), st.binary(min_size=32, max_size=32))
def test_a_commitment_is_that_of_its_openings(fields: dict[str, Any], seed: bytes) -> None:
    random = hashlib.shake_256(seed).digest
    assert committed(fields, random) == commitment(openings_for(fields, random))


def test_what_only_looks_like_text_is_refused_all_the_same() -> None:
    for wrong in (None, 0.5, MOST, b"x", {"a": None}, ["ok", "e\u0301"], {1: "a"}, "\ud800"):
        with pytest.raises(NotCanonical):
            canonical(wrong)
