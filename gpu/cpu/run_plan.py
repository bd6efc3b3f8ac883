"""The execution of a plan by all threads, and the creation of cubes from what they counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cpu.kernel_worker import KernelWorker
from gpu.cpu.native.merge_tables import merge_tables
from gpu.cpu.plan import KernelPlan
from gpu.cpu.pool import run_parallel, split_rows
from gpu.cubes import Cancelled, CancelToken, Cube
from gpu.resident.measure_kinds import COUNT, HIGH, LOW

_CHUNK = 65_536
_REDUCE = {LOW: np.minimum, HIGH: np.maximum}
Array = npt.NDArray[Any]


def run_plan(plan: KernelPlan, start: int, stop: int, threads: int, cancel: CancelToken) -> list[Cube]:
    """Return the cube of every job over the rows ``start <= row < stop``.

    Raises:
        Cancelled: ``cancel`` was set before the last row was counted.
    """

    if not plan.jobs:
        return []

    def count_range(first: int, last: int) -> KernelWorker:
        worker = KernelWorker(plan)
        worker.count_rows(first, last, cancel)
        return worker

    workers = run_parallel(count_range, split_rows(start, stop, threads))
    if cancel.is_cancelled:
        raise Cancelled
    counts = _merge_counts(plan, workers)
    return [_create_cube(plan, workers, index, counts[index]) for index in range(len(plan.jobs))]


def _merge_counts(plan: KernelPlan, workers: list[KernelWorker]) -> list[Array]:
    """Return the counts of every job as int64, added up in parallel by chunks of cells."""
    counts, calls = [], []
    for index, job in enumerate(plan.jobs):
        out = np.empty(job.cell_count, np.int64)
        tables = [table.ctypes.data for worker in workers for table in worker.get_counts(index)]
        chunks = range(0, job.cell_count, _CHUNK)
        calls += [
            (np.array(tables, np.uint64), out, low, min(low + _CHUNK, job.cell_count)) for low in chunks
        ]
        counts.append(out)
    run_parallel(_merge_calls, [(calls[i :: len(workers)],) for i in range(len(workers))])
    return counts


def _merge_calls(calls: list[tuple[Any, ...]]) -> None:
    for call in calls:
        merge_tables(*call)


def _create_cube(plan: KernelPlan, workers: list[KernelWorker], index: int, count: Array) -> Cube:
    task = plan.jobs[index].task
    if task.kind == COUNT:
        return task.to_cube(count, None)
    totals = np.concatenate([worker.get_totals(index) for worker in workers])
    with np.errstate(invalid="ignore", over="ignore"):
        return task.to_cube(count, _REDUCE.get(task.kind, np.add).reduce(totals, axis=0))
