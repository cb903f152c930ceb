"""PDQ, a perceptual hash: pictures that look alike have hashes that differ in few bits. Pure numpy.

Source: the published description of PDQ (luminance, Jarosz filter to 64 x 64, 16 x 16 of its
cosine transform, each against their median). Two hashes that differ in at most 31 of their 256 bits
are held to be one picture; unrelated pictures differ in about 128.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE, KEPT = 64, 16
PASSES = 2
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # of red, green, blue; BT.601
Plane = NDArray[np.float32]


def pdq_of(pixels: NDArray[np.uint8]) -> tuple[bytes, int]:
    """Return the hash (32 bytes) of a picture and its quality (0..100: how much there is in it).

    Shapes: pixels (height, width, 3), red, green, blue.
    """
    plane = pixels.astype(np.float32) @ LUMA
    for _pass in range(PASSES):
        plane = _boxed(_boxed(plane, 1), 0)
    small = plane[np.ix_(_centres(plane.shape[0]), _centres(plane.shape[1]))]
    cosines = _cosines()
    turned = cosines @ small @ cosines.T
    middle = np.sort(turned, axis=None)[turned.size // 2 - 1]  # the lower of the two in the middle
    bits = (turned > middle).reshape(-1)[::-1]  # the first coefficient is the last bit
    return np.packbits(bits).tobytes(), _quality(small)


def _boxed(plane: Plane, axis: int) -> Plane:
    """Return a plane averaged along an axis, in a window that shrinks at both ends."""
    n = plane.shape[axis]
    window = max(1, (n + 2 * SIDE - 1) // (2 * SIDE))
    half = (window + 2) // 2
    at = np.arange(n)
    first = np.maximum(at - (window - half), 0)
    last = np.minimum(at + half, n)
    sums = np.concatenate(
        [
            np.zeros_like(plane.take([0], axis), dtype=np.float64),
            plane.cumsum(axis, dtype=np.float64),
        ],
        axis,
    )
    width = (last - first).reshape((-1, 1) if axis == 0 else (1, -1))
    taken: Any = (sums.take(last, axis) - sums.take(first, axis)) / width
    return taken.astype(np.float32)


def _centres(n: int) -> NDArray[np.intp]:
    return ((np.arange(SIDE) + 0.5) * n / SIDE).astype(np.intp)


@cache
def _cosines() -> Plane:
    rows, columns = np.arange(1, KEPT + 1)[:, None], np.arange(SIDE)[None, :]
    waves = np.cos(np.pi / (2 * SIDE) * rows * (2 * columns + 1))
    return (np.sqrt(2.0 / SIDE) * waves).astype(np.float32)


def _quality(small: Plane) -> int:
    steps = [np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum() for axis in (0, 1)]
    return min(100, int(sum(steps) / 90))
