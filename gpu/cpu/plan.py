"""From what is to be counted to the matrices of the fused kernel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gpu.cpu.native.compress import SLACK
from gpu.cpu.native.layout import (
    BLOCK,
    COLUMN_WIDTH,
    GROUP_WIDTH,
    SUM_PACKED,
    TERM_WIDTH,
    VIEW_WIDTH,
)
from gpu.cpu.tally import MOST_SHIFT, Job
from gpu.resident.aggregation import Group
from gpu.resident.arrays import Array
from gpu.resident.measure_kinds import COUNT, NUMBERS

BUFFER_BYTES = BLOCK * 2 + SLACK
"""What a column's compressed codes take, or the places of rows in a block."""

Matrix = npt.NDArray[np.uint64]


def _matrix(rows: list[tuple[int, ...]], width: int) -> Matrix:
    return np.array(rows, np.uint64).reshape(-1, width)


class Plan:
    """The kernel's matrices; what lies in a worker's memory is an offset until a ``Worker`` adds its base.

    Attributes:
        sources: what the matrices hold addresses in, so that it lives as long as they do.
        jobs: what is counted, in the order of the views' rows.
        table_bytes: what one worker's tables take; ``counts`` and ``totals`` are each view's offsets in them.
    """

    def __init__(self, groups: list[Group]) -> None:
        self.sources = groups
        self.jobs = [Job(tally) for group in groups for tally in group.tallies]
        self.table_bytes = 0
        self.counts = [self._table(job, 4) for job in self.jobs]
        self.totals = [self._table(job, 8) if job.kind != COUNT else 0 for job in self.jobs]
        self._packed = [self._table(job, 8) if job.kind == SUM_PACKED else 0 for job in self.jobs]
        self._filters: list[int] = []
        self._groups: list[tuple[int, ...]] = []
        self._columns: list[tuple[int, ...]] = []
        self._terms: list[tuple[int, ...]] = []
        self._views: list[tuple[int, ...]] = []
        for group in groups:
            self._add(group)
        self.groups, self.filters = _matrix(self._groups, GROUP_WIDTH), np.array(self._filters, np.uint64)
        self.columns, self.terms = _matrix(self._columns, COLUMN_WIDTH), _matrix(self._terms, TERM_WIDTH)
        self.views = _matrix(self._views, VIEW_WIDTH)
        self.buffers = max((last - first for _, _, first, last, *_ in self._groups), default=0)

    def _table(self, job: Job, width: int) -> int:
        """Set aside a table of a worker's memory; returns its offset, a multiple of a cache line."""
        offset = self.table_bytes
        self.table_bytes += (job.cells * job.copies * width + 63) & ~63
        return offset

    def _add(self, group: Group) -> None:
        filter_, column, view = len(self._filters), len(self._columns), len(self._views)
        self._filters += [words.ctypes.data for words in group.filters]
        slots: dict[int, int] = {}
        jobs = self.jobs[view : view + len(group.tallies)]
        for job in jobs:
            self._add_view(job, slots, column)
        places = any(job.kind != COUNT for job in jobs)
        room = (1 << min((job.shift for job in jobs if job.shift), default=MOST_SHIFT)) - 1
        parts = filter_, len(self._filters), column, len(self._columns), view, len(self._views)
        self._groups.append((*parts, group.inverted, places, room, 0))

    def _add_view(self, job: Job, slots: dict[int, int], first_column: int) -> None:
        start, index = len(self._terms), len(self._views)
        for term in job.terms:
            slot = self._slot(term.codes, slots, first_column)
            self._terms.append((slot, 0 if term.lookup is None else term.lookup.ctypes.data, term.stride))
        spread = job.cells if job.copies > 1 else 0
        numbers, number = (0, 0) if job.kind == COUNT else _number(job.tally.numbers)
        tables = self.counts[index], self.totals[index], self._packed[index], job.cells * job.copies
        parts = start, len(self._terms), job.kind, spread
        self._views.append((*parts, *tables, numbers, number, job.shift))

    def _slot(self, codes: Array, slots: dict[int, int], first_column: int) -> int:
        """The row of the group's column of these codes, added at the first asking."""
        address = codes.ctypes.data
        if address not in slots:
            slots[address] = len(self._columns)
            buffer = (slots[address] - first_column) * BUFFER_BYTES
            self._columns.append((address, codes.itemsize, buffer))
        return slots[address]


def _number(numbers: Array) -> tuple[int, int]:
    return numbers.ctypes.data, NUMBERS.index(numbers.dtype.str[1:])
