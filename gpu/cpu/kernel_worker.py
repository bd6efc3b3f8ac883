"""The private memory of a thread, and counting into it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cpu.native.compress import SLACK
from gpu.cpu.native.kernels import count_cubes
from gpu.cpu.native.layout import BLOCK, BUFFER, COUNTS, PACKED, TOTALS
from gpu.cpu.plan import BUFFER_BYTES, KernelPlan
from gpu.cubes import CancelToken
from gpu.resident.measure_kinds import SUM_INTEGER

Array = npt.NDArray[Any]

_IOTA = np.arange(BLOCK, dtype=np.uint16)
_SIZES = (BLOCK // 8 + SLACK, BUFFER_BYTES, BLOCK * 4 + SLACK, BLOCK * 8 + SLACK)
_WORDS, _PLACES, _CELLS, _NUMBERS, _BUFFERS = np.cumsum([0, *_SIZES]).tolist()
"""The offsets of the parts of the scratch memory."""


class KernelWorker:
    """The tables that one thread counts into, initially empty, and its scratch memory."""

    def __init__(self, plan: KernelPlan) -> None:
        self._plan = plan
        self._tables = np.zeros(plan.table_bytes, np.uint8)
        self._scratch = np.empty(_BUFFERS + plan.buffers * BUFFER_BYTES, np.uint8)
        for index, job in enumerate(plan.jobs):
            if job.task.empty_total:
                self.get_totals(index)[:] = job.task.empty_total

    def get_counts(self, index: int) -> Array:
        """Return the row counts of a task's cells, uint32, shape ``(copies, cells)``."""
        return self._get_table(self._plan.counts[index], index, np.dtype(np.uint32))

    def get_totals(self, index: int) -> Array:
        """Return a task's sums, minima or maxima, int64 or float64, shape ``(copies, cells)``."""
        integer = self._plan.jobs[index].task.kind == SUM_INTEGER
        return self._get_table(self._plan.totals[index], index, np.dtype(np.int64 if integer else np.float64))

    def _get_table(self, offset: int, index: int, kind: np.dtype[Any]) -> Array:
        job = self._plan.jobs[index]
        return np.ndarray((job.table_copies, job.cell_count), kind, self._tables, offset)

    def count_rows(self, start: int, stop: int, cancel: CancelToken) -> None:
        """Count the rows ``start <= row < stop``; end early if cancelled."""
        plan, scratch = self._plan, int(self._scratch.ctypes.data)
        columns, views = plan.columns.copy(), plan.views.copy()
        columns[:, BUFFER] += np.uint64(scratch + _BUFFERS)
        views[:, [COUNTS, TOTALS, PACKED]] += np.uint64(self._tables.ctypes.data)
        places = (
            scratch + _WORDS,
            _IOTA.ctypes.data,
            scratch + _PLACES,
            scratch + _CELLS,
            scratch + _NUMBERS,
        )
        slots = np.zeros(len(columns), np.uint64)
        matrices = (
            plan.groups.copy(),
            plan.filters,
            columns,
            plan.terms,
            views,
            slots,
            np.array(places, np.uint64),
        )
        count_cubes(*matrices, start, stop, cancel.flag)
