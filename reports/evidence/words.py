"""Looking a perceptual hash up by its words. Pure.

A hash of 256 bits is cut into 16 words of 16 bits. If two hashes differ in at most 31 bits, then in
some word they differ in at most one, since 16 words with two or more each would make 32. So
whoever looks up every word as it is and with each one of its bits turned (17 of each, 272 in all)
finds every hash within 31 bits. None is missed; those further off are sorted out by counting.
"""

from __future__ import annotations

from collections.abc import Iterator

WORDS, BITS = 16, 16
WITHIN = 2 * WORDS - 1  # bits: the farthest at which nothing is missed
TELLS_ENOUGH = 50  # quality; below it a picture is too plain (night, fog) to be known again


def words_of(pdq: bytes) -> list[int]:
    """Return the words of a hash, each with its number in front."""
    return [
        (place << BITS) | int.from_bytes(pdq[2 * place : 2 * place + 2], "big")
        for place in range(WORDS)
    ]


def words_near(pdq: bytes) -> list[int]:
    """Return every word that a hash within `WITHIN` bits has at least one of."""
    return [near for word in words_of(pdq) for near in _turned(word)]


def _turned(word: int) -> Iterator[int]:
    yield word
    for bit in range(BITS):
        yield word ^ (1 << bit)


def bits_apart(one: bytes, other: bytes) -> int:
    """Return in how many bits two hashes differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()
