"""Where a range of rows finds its codes: among the resident ones, or encoded for this once."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from gpu.cubes import Axis, Predicate
from gpu.resident.appendable_rows import Rows
from gpu.resident.arrays import Arrays, Window
from gpu.resident.cache import Lease, Shelf
from gpu.resident.codes import Codes
from gpu.scales import Edges, Scale


@dataclass(frozen=True)
class Coder:
    """Gives codes by column and scale, and keeps those that will be wanted again."""

    rows: Rows
    shelf: Shelf
    arrays: Arrays

    def lease(self) -> AbstractContextManager[Lease]:
        return self.shelf.lease(self.rows)

    def codes(self, lease: Lease, column: str, scale: Scale, rows: int) -> Codes:
        return lease.take((column, scale), lambda: Codes(self.rows, self.arrays, column, scale), rows)

    def window(self, lease: Lease, on: Axis | Predicate, start: int, stop: int) -> Window:
        """Codes of the rows ``start <= row < stop``.

        Exact bounds that a view's scale doesn't have are asked once, and a few new rows are no reason to
        encode the old ones again: both are encoded for this once.
        """
        column, scale = on.column, on.scale
        passing = isinstance(scale, Edges) or start > 0
        if not passing or self.shelf.has(self.rows, (column, scale)):
            return Window(self.codes(lease, column, scale, stop).array)
        first = start & ~63
        array = self.arrays.grown(self.arrays.empty(scale.dtype), stop - first)
        self.arrays.encode(self.rows.read(column, start, stop), scale, array, first)
        return Window(array, first)
