"""Rows ordered by integer keys, of which only those at some positions are sorted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from datasets.table.row_bitmap import RowNumbers
from gpu.sort_order import SortPosition


class ResidentKeys:
    """Some rows by their keys in ``gpu.engine.ColumnStore``; rows without a key come last."""

    def __init__(self, keys: pa.Array, numbers: RowNumbers, *, descending: bool) -> None:
        valued = keys.is_valid().to_numpy(zero_copy_only=False)
        found = keys.fill_null(0).to_numpy()[valued]
        self._descending = descending
        self._keys = ~found if descending else found
        self._numbers = numbers[valued]
        self._without = np.sort(numbers[~valued])

    def __len__(self) -> int:
        return int(self._keys.size + self._without.size)

    def position_at(self, at: int) -> SortPosition:
        """Return the position of the row at index ``at`` of these."""
        if at >= self._keys.size:
            return SortPosition(None, int(self._without[at - self._keys.size]))
        keys, numbers = self._sort_slice(at, at + 1)
        return SortPosition(int(~keys[0] if self._descending else keys[0]), int(numbers[0]))

    def row_numbers_at(self, places: range) -> RowNumbers:
        """Return the row numbers of those at these indices."""
        valued = self._keys.size
        start, stop = min(places.start, valued), min(places.stop, valued)
        found = self._sort_slice(start, stop)[1] if start < stop else self._numbers[:0]
        return np.concatenate([found, self._without[places.start - start : places.stop - stop]])

    def _sort_slice(self, start: int, stop: int) -> tuple[RowNumbers, RowNumbers]:
        """Return the keys and numbers from ``start`` to ``stop``, among the rows with a key.

        A partition finds the least and greatest key of the slice in linear time; only the rows between are
        sorted.
        """
        low, high = np.partition(self._keys, (start, stop - 1))[[start, stop - 1]]
        near = (self._keys >= low) & (self._keys <= high)
        keys, numbers = self._keys[near], self._numbers[near]
        order = np.lexsort((numbers, keys))
        first = start - np.count_nonzero(self._keys < low)
        chosen = order[first : first + stop - start]
        return keys[chosen], numbers[chosen]
