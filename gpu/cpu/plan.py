"""The translation of counting tasks to the matrices of the fused kernel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
from gpu.resident.aggregation import CubeTask, CubeTaskGroup, IndexTerm
from gpu.resident.arrays import Array
from gpu.resident.measure_kinds import COUNT, SUM_INTEGER

_MAX_COPIED_CELLS = 2048
_TABLE_COPIES = 4
MAX_SHIFT = 28
_MIN_SHIFT = 18
"""With a smaller shift the sums are unpacked too often for packing to pay."""


@dataclass(frozen=True, eq=False)
class KernelJob:
    """A counting task in the form that the fused kernel takes."""

    task: CubeTask

    @property
    def cell_count(self) -> int:
        return self.task.cell_count

    @cached_property
    def all_terms(self) -> list[IndexTerm]:
        """Return the terms of all axes; those of the active axes are scaled by the cells of a row."""
        return [_scale_term(term, self.task.shape[1]) for term in self.task.active] + self.task.terms

    @property
    def packed_shift(self) -> int:
        """Return the bit at which a packed sum begins; 0 if sums are not packed."""
        if self.task.kind != SUM_INTEGER:
            return 0
        shift = min((62 - self.task.max_magnitude.bit_length()) // 2, MAX_SHIFT)
        return shift if shift >= _MIN_SHIFT else 0

    @property
    def kernel_kind(self) -> int:
        return SUM_PACKED if self.packed_shift else self.task.kind

    @property
    def table_copies(self) -> int:
        """Return the number of copies of the table.

        A small table has several, so that additions to one cell need not wait for each other.
        """
        return _TABLE_COPIES if self.cell_count <= _MAX_COPIED_CELLS and self.all_terms else 1


def _scale_term(term: IndexTerm, stride: int) -> IndexTerm:
    lookup = None if term.lookup is None else term.lookup * np.uint32(stride)
    return IndexTerm(term.codes, term.stride * stride, lookup)


BUFFER_BYTES = BLOCK * 2 + SLACK
"""The bytes of a column's compressed codes, or of the places of the rows of a block."""

Matrix = npt.NDArray[np.uint64]


def _matrix(rows: list[tuple[int, ...]], width: int) -> Matrix:
    return np.array(rows, np.uint64).reshape(-1, width)


class KernelPlan:
    """The kernel's matrices. Addresses in a worker's memory are offsets until ``KernelWorker`` adds its base.

    Attributes:
        task_groups: The groups whose arrays the matrices point to, kept so that these stay alive.
        jobs: What is counted, in the order of the rows of ``views``.
        table_bytes: The bytes of one worker's tables.
        counts: The offset of each job's counts in them.
        totals: The offset of each job's totals in them.
    """

    def __init__(self, groups: list[CubeTaskGroup]) -> None:
        self.task_groups = groups
        self.jobs = [KernelJob(task) for group in groups for task in group.tasks]
        self.table_bytes = 0
        self.counts = [self._reserve_table(job, 4) for job in self.jobs]
        self.totals = [self._reserve_table(job, 8) if job.kernel_kind != COUNT else 0 for job in self.jobs]
        self._packed = [
            self._reserve_table(job, 8) if job.kernel_kind == SUM_PACKED else 0 for job in self.jobs
        ]
        self._filters: list[int] = []
        self._groups: list[tuple[int, ...]] = []
        self._columns: list[tuple[int, ...]] = []
        self._terms: list[tuple[int, ...]] = []
        self._views: list[tuple[int, ...]] = []
        for group in groups:
            self._add_group(group)
        self.groups, self.filters = _matrix(self._groups, GROUP_WIDTH), np.array(self._filters, np.uint64)
        self.columns, self.terms = _matrix(self._columns, COLUMN_WIDTH), _matrix(self._terms, TERM_WIDTH)
        self.views = _matrix(self._views, VIEW_WIDTH)
        self.buffers = max((last - first for _, _, first, last, *_ in self._groups), default=0)

    def _reserve_table(self, job: KernelJob, width: int) -> int:
        """Reserve a table in a worker's memory and return its offset, a multiple of a cache line."""
        offset = self.table_bytes
        self.table_bytes += (job.cell_count * job.table_copies * width + 63) & ~63
        return offset

    def _add_group(self, group: CubeTaskGroup) -> None:
        filter_, column, view = len(self._filters), len(self._columns), len(self._views)
        self._filters += [words.ctypes.data for words in group.filters]
        slots: dict[int, int] = {}
        jobs = self.jobs[view : view + len(group.tasks)]
        for job in jobs:
            self._add_view(job, slots, column)
        places = any(job.kernel_kind != COUNT for job in jobs)
        room = (1 << min((job.packed_shift for job in jobs if job.packed_shift), default=MAX_SHIFT)) - 1
        parts = filter_, len(self._filters), column, len(self._columns), view, len(self._views)
        self._groups.append((*parts, group.is_inverted, places, room, 0))

    def _add_view(self, job: KernelJob, slots: dict[int, int], first_column: int) -> None:
        start, index = len(self._terms), len(self._views)
        for term in job.all_terms:
            slot = self._get_column_slot(term.codes, slots, first_column)
            self._terms.append((slot, 0 if term.lookup is None else term.lookup.ctypes.data, term.stride))
        spread = job.cell_count if job.table_copies > 1 else 0
        numbers = 0 if job.kernel_kind == COUNT else job.task.numbers.ctypes.data
        tables = (
            self.counts[index],
            self.totals[index],
            self._packed[index],
            job.cell_count * job.table_copies,
        )
        parts = start, len(self._terms), job.kernel_kind, spread
        self._views.append((*parts, *tables, numbers, job.task.number_format, job.packed_shift))

    def _get_column_slot(self, codes: Array, slots: dict[int, int], first_column: int) -> int:
        """Return the row of these codes in ``columns``, which is added when first requested."""
        address = codes.ctypes.data
        if address not in slots:
            slots[address] = len(self._columns)
            buffer = (slots[address] - first_column) * BUFFER_BYTES
            self._columns.append((address, codes.itemsize, buffer))
        return slots[address]
