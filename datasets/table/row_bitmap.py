"""A bitmap of the rows of a version that pass some filters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from datasets.cubes.in_flight import RequestTicket
from datasets.query.compile import RowFilters
from gpu.cubes import is_unrestricted
from gpu.engine import Engine

Bits = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
RowNumbers = npt.NDArray[np.int64]

ROWS_PER_REQUEST = 1 << 24
"""How many rows are requested from an engine at a time."""
BLOCK_ROWS = 1 << 17
"""How many rows are counted together."""


class RowBitmap:
    """The rows that pass, of the first ``rows`` rows; without ``bits`` all of them pass.

    The number of passing rows before each block is stored, so that a position is found by bisection.
    """

    def __init__(self, rows: int, bits: Bits | None = None) -> None:
        self.rows = rows
        self._bits = bits
        self._rows_before = np.cumsum([0, *self._count_blocks()], dtype=np.int64)

    @property
    def passing_count(self) -> int:
        return int(self._rows_before[-1])

    @property
    def nbytes(self) -> int:
        return self._rows_before.nbytes + (0 if self._bits is None else self._bits.nbytes)

    def get_mask(self, rows: range) -> Bools:
        """Return which of these rows pass, shape ``(len(rows),)``."""
        if self._bits is None:
            return np.ones(len(rows), np.bool_)
        bits = np.unpackbits(self._bits[rows.start // 8 : -(-rows.stop // 8)], bitorder="little")
        return bits[rows.start % 8 :][: len(rows)].view(np.bool_)

    def get_row_numbers(self, start: int, stop: int) -> RowNumbers:
        """Return the row numbers of the passing rows at the positions from ``start`` to ``stop``."""
        first = int(np.searchsorted(self._rows_before, start, side="right")) - 1
        last = int(np.searchsorted(self._rows_before, stop, side="left"))
        held = first + np.flatnonzero(np.diff(self._rows_before[first : last + 1]))
        found = [np.zeros(0, np.int64), *map(self._block_row_numbers, held.tolist())]
        return np.concatenate(found)[start - self._rows_before[first] :][: max(0, stop - start)]

    def _count_blocks(self) -> list[int]:
        """Return how many rows of each block pass."""
        starts = range(0, self.rows, BLOCK_ROWS)
        if self._bits is None:
            return [min(BLOCK_ROWS, self.rows - start) for start in starts]
        return [int(np.bitwise_count(self._bits[start // 8 :][: BLOCK_ROWS // 8]).sum()) for start in starts]

    def _block_row_numbers(self, block: int) -> RowNumbers:
        start = block * BLOCK_ROWS
        return start + np.flatnonzero(self.get_mask(range(start, min(start + BLOCK_ROWS, self.rows))))


def compute_bitmap(engine: Engine, filters: RowFilters, rows: int, ticket: RequestTicket) -> RowBitmap:
    """Return which of the first ``rows`` rows pass all filters.

    Raises:
        SupersededError: the request was superseded.
    """
    if all(map(is_unrestricted, filters)):
        return RowBitmap(rows)
    bits = []
    for start in range(0, rows, ROWS_PER_REQUEST):
        ticket.require_current()
        bits.append(engine.compute_bitmask(list(filters), range(start, min(start + ROWS_PER_REQUEST, rows))))
    return RowBitmap(rows, np.concatenate([np.zeros(0, np.uint8), *bits]))
