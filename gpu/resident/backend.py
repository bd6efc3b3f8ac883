"""What counts rows: the part of an engine that knows the memory they are in."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from gpu.cubes import Cancel, Cube
from gpu.resident.aggregation import Group
from gpu.resident.arrays import Words
from gpu.resident.numeric_column import Host, Mask
from gpu.sort_order import Bounds, RowNumbers, Sortable


class Counter(Protocol):
    """Counts what is resident."""

    def count(self, groups: list[Group], start: int, stop: int, cancel: Cancel) -> list[Cube]:
        """Every tally's cube over the rows ``start <= row < stop``, group by group.

        Raises:
            Cancelled: ``cancel`` was set before the last row was counted.
        """
        ...

    def passing(self, filters: list[Words], rows: range) -> npt.NDArray[np.uint64]:
        """Which of the rows pass every filter, on the host; the first word has the first row's bit."""
        ...

    def most_pass(self, filters: list[Words], rows: int) -> bool:
        """Whether more than half of the rows pass every filter, or of a fair part of them."""
        ...

    def gather(self, values: Sortable, rows: RowNumbers) -> tuple[Host, Mask]:
        """The numbers of these rows, on the host, and which are present."""
        ...

    def between(
        self, values: Sortable, filters: list[Words], bounds: Bounds, rows: range
    ) -> tuple[int, RowNumbers]:
        """How many of the rows that pass every filter come before the bounds, and which are between them."""
        ...
