"""A plan carried out by all threads, and what they counted made into cubes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cpu.kernel_worker import Worker
from gpu.cpu.native.merge_tables import merge
from gpu.cpu.plan import Plan
from gpu.cpu.pool import parts, run
from gpu.cubes import Cancel, Cancelled, Cube
from gpu.resident.measure_kinds import COUNT, HIGH, LOW

_CHUNK = 65_536
_REDUCE = {LOW: np.minimum, HIGH: np.maximum}
Array = npt.NDArray[Any]


def tally_up(plan: Plan, start: int, stop: int, threads: int, cancel: Cancel) -> list[Cube]:
    """Every tally's cube over the rows ``start <= row < stop``.

    Raises:
        Cancelled: ``cancel`` was set before the last row was counted.
    """

    if not plan.jobs:
        return []

    def work(first: int, last: int) -> Worker:
        worker = Worker(plan)
        worker.count(first, last, cancel)
        return worker

    workers = run(work, parts(start, stop, threads))
    if cancel.is_set:
        raise Cancelled
    counts = _merged(plan, workers)
    return [_cube(plan, workers, index, counts[index]) for index in range(len(plan.jobs))]


def _merged(plan: Plan, workers: list[Worker]) -> list[Array]:
    """The counts of every tally, int64, added up side by side in chunks of cells."""
    counts, calls = [], []
    for index, job in enumerate(plan.jobs):
        out = np.empty(job.cells, np.int64)
        tables = [table.ctypes.data for worker in workers for table in worker.counts(index)]
        chunks = range(0, job.cells, _CHUNK)
        calls += [(np.array(tables, np.uint64), out, low, min(low + _CHUNK, job.cells)) for low in chunks]
        counts.append(out)
    run(_merge_all, [(calls[i :: len(workers)],) for i in range(len(workers))])
    return counts


def _merge_all(calls: list[tuple[Any, ...]]) -> None:
    for call in calls:
        merge(*call)


def _cube(plan: Plan, workers: list[Worker], index: int, count: Array) -> Cube:
    tally = plan.jobs[index].tally
    if tally.kind == COUNT:
        return tally.cube(count, None)
    totals = np.concatenate([worker.totals(index) for worker in workers])
    with np.errstate(invalid="ignore", over="ignore"):
        return tally.cube(count, _REDUCE.get(tally.kind, np.add).reduce(totals, axis=0))
