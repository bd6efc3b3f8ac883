"""Rows in the order of integers, of which those at some places are sorted only."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from datasets.table.row_bitmap import Numbers
from gpu.sort_order import Place


class Integers:
    """Some rows by their keys, as ``gpu.engine.Columns`` gives them; those without one come last."""

    def __init__(self, keys: pa.Array, numbers: Numbers, *, descending: bool) -> None:
        valued = keys.is_valid().to_numpy(zero_copy_only=False)
        found = keys.fill_null(0).to_numpy()[valued]
        self._descending = descending
        self._keys = ~found if descending else found
        self._numbers = numbers[valued]
        self._without = np.sort(numbers[~valued])

    def __len__(self) -> int:
        return int(self._keys.size + self._without.size)

    def place(self, at: int) -> Place:
        """Where the row is that is the ``at``-th of these."""
        if at >= self._keys.size:
            return Place(None, int(self._without[at - self._keys.size]))
        keys, numbers = self._sorted(at, at + 1)
        return Place(int(~keys[0] if self._descending else keys[0]), int(numbers[0]))

    def numbers_at(self, places: range) -> Numbers:
        """Those from one place to another of these."""
        valued = self._keys.size
        start, stop = min(places.start, valued), min(places.stop, valued)
        found = self._sorted(start, stop)[1] if start < stop else self._numbers[:0]
        return np.concatenate([found, self._without[places.start - start : places.stop - stop]])

    def _sorted(self, start: int, stop: int) -> tuple[Numbers, Numbers]:
        """Keys and numbers at some places, of those that have a key."""
        low, high = np.partition(self._keys, (start, stop - 1))[[start, stop - 1]]
        near = (self._keys >= low) & (self._keys <= high)
        keys, numbers = self._keys[near], self._numbers[near]
        order = np.lexsort((numbers, keys))
        first = start - np.count_nonzero(self._keys < low)
        chosen = order[first : first + stop - start]
        return keys[chosen], numbers[chosen]
