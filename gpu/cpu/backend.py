"""Counting on the CPU by all threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpu.cpu import order
from gpu.cpu.native.filter_bits import intersect_filters, pass_fraction
from gpu.cpu.plan import KernelPlan
from gpu.cpu.pool import run_parallel, split_rows
from gpu.cpu.run_plan import run_plan
from gpu.cubes import CancelToken, Cube
from gpu.resident.aggregation import CubeTaskGroup
from gpu.resident.arrays import BitWords
from gpu.resident.numeric_column import HostArray, Mask
from gpu.sort_order import RowNumbers, SortableColumn, SortBounds

_MANY_WORDS = 10_000
"""With more words than this, every sixteenth tells well enough whether most rows pass."""


def words_addresses(words: Iterable[BitWords]) -> npt.NDArray[np.uint64]:
    return np.array([array.ctypes.data for array in words], np.uint64)


@dataclass(frozen=True)
class HostComputeBackend:
    """A backend that divides the rows among ``thread_count`` threads."""

    thread_count: int

    def count_cubes(
        self, groups: list[CubeTaskGroup], start: int, stop: int, cancel: CancelToken
    ) -> list[Cube]:
        return run_plan(KernelPlan(groups), start, stop, self.thread_count, cancel)

    def compute_bitmask(self, filters: list[BitWords], rows: range) -> npt.NDArray[np.uint64]:
        words = np.zeros((rows.stop + 63) // 64, np.uint64)
        ranges = split_rows(rows.start, rows.stop, self.thread_count)
        run_parallel(intersect_filters, [(words_addresses(filters), words, *part) for part in ranges])
        return words[rows.start // 64 :]

    def most_rows_pass(self, filters: list[BitWords], rows: int) -> bool:
        words = rows // 64
        return bool(pass_fraction(words_addresses(filters), words, 16 if words > _MANY_WORDS else 1) > 0.5)

    def gather_values(self, values: SortableColumn, rows: RowNumbers) -> tuple[HostArray, Mask]:
        return order.gather_values(values, rows)

    def find_rows_between(
        self, values: SortableColumn, filters: list[BitWords], bounds: SortBounds, rows: range
    ) -> tuple[int, RowNumbers]:
        ranges = split_rows(rows.start, rows.stop, self.thread_count)
        return order.find_rows_between(values, words_addresses(filters), bounds, ranges)
