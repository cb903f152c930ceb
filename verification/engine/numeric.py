"""Small numerical parts the model is made of: digamma, log-space normalising, sums by index."""

from __future__ import annotations

from typing import Any

import numpy as np

from verification.engine.types import FloatArray, IntArray

# B_2n / 2n of the asymptotic series of digamma (Abramowitz and Stegun 6.3.18)
SERIES = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132)
SMALL = 20_000  # numbers
STEPS = np.arange(6.0)
FAR = 6.0  # from here the series is exact to 1e-11


def digamma(x: Any) -> FloatArray:
    """Return the derivative of ln gamma.

    Shapes: any.  Units: x > 0; absolute error below 1e-10.
    Source: Abramowitz and Stegun 6.3.5 (recurrence) and 6.3.18 (series).
    """
    far = np.array(x, dtype=np.float64)
    shift = np.zeros_like(far)
    near = far < FAR
    if near.any():
        small = far[near]
        shift[near] = -(1.0 / (small[..., None] + STEPS)).sum(axis=-1)
        far[near] = small + FAR
    inverse = 1.0 / (far * far)
    return np.asarray(np.log(far) - 0.5 / far - _alternating(inverse) + shift)


def _alternating(inverse: FloatArray) -> FloatArray:
    """Return the tail of the series at inverse = 1/x^2."""
    total = inverse * SERIES[-1]
    for factor in SERIES[-2::-1]:
        total += factor
        total *= inverse
    return total


def log_normalise(log_weight: FloatArray) -> FloatArray:
    """Return log_weight minus its row-wise log-sum-exp: rows become log-distributions.

    Shapes: (..., C) -> (..., C). Units: nats.
    """
    columns = np.array(np.moveaxis(log_weight, -1, 0), order="C")  # few, long: sum down, not across
    columns -= columns.max(axis=0)
    columns -= np.log(np.exp(columns).sum(axis=0))
    return np.moveaxis(columns, 0, -1)


def normalise(weight: FloatArray, axis: int = -1) -> FloatArray:
    """Return weight divided by its sum along the axis."""
    shares: FloatArray = weight / weight.sum(axis=axis, keepdims=True)
    return shares


def sum_by(index: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Return the sums of rows of values that share an index.

    Shapes: index (M,), values (M, ...) -> (size, ...).
    """
    if not len(index):
        return np.zeros((size, *values.shape[1:]))
    flat = values.reshape(len(index), -1)
    if flat.size < SMALL:  # one call beats one per column
        width = flat.shape[1]
        cell = (np.asarray(index)[:, None] * width + np.arange(width)).ravel()
        total = np.bincount(cell, weights=flat.ravel(), minlength=size * width)
        return np.asarray(total.reshape(size, *values.shape[1:]))
    out = np.empty((size, flat.shape[1]))
    for column in range(flat.shape[1]):
        out[:, column] = np.bincount(index, weights=flat[:, column], minlength=size)
    return out.reshape(size, *values.shape[1:])
