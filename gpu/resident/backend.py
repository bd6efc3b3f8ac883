"""The backend of an engine: the part that counts rows and knows the memory they are in."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from gpu.cubes import CancelToken, Cube
from gpu.resident.aggregation import CubeTaskGroup
from gpu.resident.arrays import BitWords
from gpu.resident.numeric_column import HostArray, Mask
from gpu.sort_order import RowNumbers, SortableColumn, SortBounds


class ComputeBackend(Protocol):
    """A backend counts resident rows."""

    def count_cubes(
        self, groups: list[CubeTaskGroup], start: int, stop: int, cancel: CancelToken
    ) -> list[Cube]:
        """Return the cube of every task over the rows ``start <= row < stop``, group by group.

        Raises:
            Cancelled: ``cancel`` was set before the last row was counted.
        """
        ...

    def compute_bitmask(self, filters: list[BitWords], rows: range) -> npt.NDArray[np.uint64]:
        """Return which of the rows pass every filter, on the host, from the word of the first row on."""
        ...

    def most_rows_pass(self, filters: list[BitWords], rows: int) -> bool:
        """Return whether more than half of the rows pass every filter, possibly judged by a sample."""
        ...

    def gather_values(self, values: SortableColumn, rows: RowNumbers) -> tuple[HostArray, Mask]:
        """Return the numbers of these rows on the host, and a mask of those that are present."""
        ...

    def find_rows_between(
        self, values: SortableColumn, filters: list[BitWords], bounds: SortBounds, rows: range
    ) -> tuple[int, RowNumbers]:
        """Return how many passing rows come before the bounds, and which passing rows are between them."""
        ...
