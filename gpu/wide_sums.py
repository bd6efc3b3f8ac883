"""Sums of integers that int64 can't hold, added and rounded without losing a digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HALF_BITS = 32
_HALF_MASK = (1 << HALF_BITS) - 1
MAX_INT64 = (1 << 63) - 1
_EXACT_FLOATS = 1 << 53
"""Float64 holds every integer up to this magnitude."""


@dataclass(frozen=True, eq=False)
class WideSums:
    """Sums of integers: ``high * 2**32 + low`` in every cell, with ``0 <= low < 2**32``.

    Both arrays have one element per cell. They hold the sum of any 2**31 numbers of 64 bits.
    """

    high: Integers
    low: Integers

    @property
    def shape(self) -> tuple[int, ...]:
        return self.high.shape

    @property
    def nbytes(self) -> int:
        return self.high.nbytes + self.low.nbytes


Sums = npt.NDArray[Any] | WideSums
"""Sums of floats as float64; of integers as int64, or as WideSums if int64 can't hold one of them."""


def join_halves(high: Integers, low: npt.NDArray[np.uint64]) -> Sums:
    """Return ``high * 2**32 + low``: the sums of integers whose halves were added up separately."""
    carried = high + (low >> np.uint64(HALF_BITS)).view(np.int64)
    return _narrow_sums(carried, (low & np.uint64(_HALF_MASK)).view(np.int64))


def take_sums(sums: Sums, cells: npt.NDArray[Any]) -> Sums:
    """Return the sums of some cells, numbered row by row."""
    if isinstance(sums, WideSums):
        return WideSums(sums.high.reshape(-1)[cells], sums.low.reshape(-1)[cells])
    taken: npt.NDArray[Any] = sums.reshape(-1)[cells]
    return taken


def add_sums(one: Sums, other: Sums) -> Sums:
    """Return the sums cell by cell; those of integers are exact."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and not _can_overflow(one, other):
        with np.errstate(invalid="ignore", over="ignore"):
            return one + other
    one, other = _widen_sums(one), _widen_sums(other)
    return _carry_sums(one.high + other.high, one.low + other.low)


def subtract_sums(whole: Sums, part: Sums) -> Sums:
    """Return the differences of sums of integers, exactly."""
    if isinstance(whole, np.ndarray) and isinstance(part, np.ndarray) and not _can_overflow(whole, part):
        return whole - part
    whole, part = _widen_sums(whole), _widen_sums(part)
    return _carry_sums(whole.high - part.high, whole.low - part.low)


def round_sums(sums: Sums) -> tuple[Floats, Floats | None]:
    """Return the nearest float64 of every sum, and what this rounding left out; None if nothing.

    The exact sum of integers is that of both.
    """
    if isinstance(sums, np.ndarray) and (
        sums.dtype.kind == "f" or _greatest_magnitude(sums) <= _EXACT_FLOATS
    ):
        return np.asarray(sums, np.float64), None
    wide = _widen_sums(sums)
    head = wide.high.astype(np.float64)
    # Both terms of the total are integers that float64 holds exactly, so that their addition rounds once.
    tail = (((wide.high - head.astype(np.int64)) << HALF_BITS) + wide.low).astype(np.float64)
    head *= 1 << HALF_BITS
    total = head + tail
    rest = tail - (total - head)
    return total, rest if rest.any() else None


def _greatest_magnitude(sums: Integers) -> int:
    return max(-int(sums.min(initial=0)), int(sums.max(initial=0)))


def _can_overflow(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    """Return whether int64 can't hold what NumPy would get by adding or subtracting these sums."""
    return one.dtype.kind == "i" and _greatest_magnitude(one) + _greatest_magnitude(other) > MAX_INT64


def _widen_sums(sums: Sums) -> WideSums:
    if isinstance(sums, WideSums):
        return sums
    return WideSums(sums >> HALF_BITS, sums & _HALF_MASK)


def _carry_sums(high: Integers, low: Integers) -> Sums:
    """Return ``high * 2**32 + low`` for a ``low`` of any size and sign."""
    return _narrow_sums(high + (low >> HALF_BITS), low & _HALF_MASK)


def _narrow_sums(high: Integers, low: Integers) -> Sums:
    if -int(high.min(initial=0)) <= 1 << 31 and int(high.max(initial=0)) < 1 << 31:
        return (high << HALF_BITS) + low
    return WideSums(high, low)
