"""Counting on the CPU, by all threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpu.cpu import order
from gpu.cpu.native.filter_bits import conjunction, share
from gpu.cpu.plan import Plan
from gpu.cpu.pool import parts, run
from gpu.cpu.run_plan import tally_up
from gpu.cubes import Cancel, Cube
from gpu.resident.aggregation import Group
from gpu.resident.arrays import Words
from gpu.resident.numeric_column import Host, Mask
from gpu.sort_order import Bounds, RowNumbers, Sortable

_MANY_WORDS = 10_000
"""Of more words than these a sixteenth tells well enough whether most rows pass."""


def addresses(words: Iterable[Words]) -> npt.NDArray[np.uint64]:
    return np.array([some.ctypes.data for some in words], np.uint64)


@dataclass(frozen=True)
class HostCounter:
    """Deals rows out to so many threads."""

    threads: int

    def count(self, groups: list[Group], start: int, stop: int, cancel: Cancel) -> list[Cube]:
        return tally_up(Plan(groups), start, stop, self.threads, cancel)

    def passing(self, filters: list[Words], rows: range) -> npt.NDArray[np.uint64]:
        words = np.zeros((rows.stop + 63) // 64, np.uint64)
        ranges = parts(rows.start, rows.stop, self.threads)
        run(conjunction, [(addresses(filters), words, *part) for part in ranges])
        return words[rows.start // 64 :]

    def most_pass(self, filters: list[Words], rows: int) -> bool:
        words = rows // 64
        return bool(share(addresses(filters), words, 16 if words > _MANY_WORDS else 1) > 0.5)

    def gather(self, values: Sortable, rows: RowNumbers) -> tuple[Host, Mask]:
        return order.gather(values, rows)

    def between(
        self, values: Sortable, filters: list[Words], bounds: Bounds, rows: range
    ) -> tuple[int, RowNumbers]:
        ranges = parts(rows.start, rows.stop, self.threads)
        return order.between(values, addresses(filters), bounds, ranges)
