"""Which rows of a version pass: a bit a row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datasets.cubes.in_flight import Turn
from datasets.query.compile import Conditions
from gpu.cubes import passes_all
from gpu.engine import Engine

Bits = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

AT_ONCE = 1 << 24
"""Rows that an engine is asked for at a time."""
BLOCK = 1 << 17
"""Rows that are counted together."""


class Passing:
    """Those of the first ``rows`` rows that pass; without ``bits`` all of them do."""

    def __init__(self, rows: int, bits: Bits | None = None) -> None:
        self.rows = rows
        self._bits = bits
        self._before = np.cumsum([0, *self._counts()], dtype=np.int64)

    @property
    def total(self) -> int:
        return int(self._before[-1])

    @property
    def nbytes(self) -> int:
        return self._before.nbytes + (0 if self._bits is None else self._bits.nbytes)

    def mask(self, rows: range) -> Bools:
        """Which of these rows pass, shape ``(len(rows),)``."""
        if self._bits is None:
            return np.ones(len(rows), np.bool_)
        bits = np.unpackbits(self._bits[rows.start // 8 : -(-rows.stop // 8)], bitorder="little")
        return bits[rows.start % 8 :][: len(rows)].view(np.bool_)

    def numbers(self, start: int, stop: int) -> Numbers:
        """Of the rows that pass those from ``start`` to ``stop``, by their numbers among all."""
        first = int(np.searchsorted(self._before, start, side="right")) - 1
        last = int(np.searchsorted(self._before, stop, side="left"))
        held = first + np.flatnonzero(np.diff(self._before[first : last + 1]))
        found = [np.zeros(0, np.int64), *map(self._of_block, held.tolist())]
        return np.concatenate(found)[start - self._before[first] :][: max(0, stop - start)]

    def _counts(self) -> list[int]:
        """How many rows of each block pass."""
        starts = range(0, self.rows, BLOCK)
        if self._bits is None:
            return [min(BLOCK, self.rows - start) for start in starts]
        return [int(np.bitwise_count(self._bits[start // 8 :][: BLOCK // 8]).sum()) for start in starts]

    def _of_block(self, block: int) -> Numbers:
        start = block * BLOCK
        return start + np.flatnonzero(self.mask(range(start, min(start + BLOCK, self.rows))))


def passing(engine: Engine, conditions: Conditions, rows: int, turn: Turn) -> Passing:
    """Which of the first rows pass all conditions.

    Raises:
        OutdatedError: the turn ended first.
    """
    if all(map(passes_all, conditions)):
        return Passing(rows)
    bits = []
    for start in range(0, rows, AT_ONCE):
        turn.require_going_on()
        bits.append(engine.bits(list(conditions), range(start, min(start + AT_ONCE, rows))))
    return Passing(rows, np.concatenate([np.zeros(0, np.uint8), *bits]))
