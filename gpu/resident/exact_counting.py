"""Counting by a backend so that sums of integers are exact, though the backend's sums are int64."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import cast

import numpy as np

from gpu.cubes import CancelToken, Cube
from gpu.resident.aggregation import CubeTaskGroup
from gpu.resident.backend import ComputeBackend
from gpu.wide_sums import Integers, join_halves


def count_exactly(
    backend: ComputeBackend, groups: list[CubeTaskGroup], rows: range, cancel: CancelToken
) -> list[Cube]:
    """Return the cube of every task over these rows, group by group.

    Raises:
        Cancelled: ``cancel`` was set before the last row was counted.
    """
    parts = [[task.split_halves() for task in group.tasks] for group in groups]
    split = [
        replace(group, tasks=[half for halves in tasks for half in halves])
        for group, tasks in zip(groups, parts, strict=True)
    ]
    cubes = iter(backend.count_cubes(split, rows.start, rows.stop, cancel))
    return [_join_cubes(list(islice(cubes, len(halves)))) for tasks in parts for halves in tasks]


def _join_cubes(halves: list[Cube]) -> Cube:
    """Return the cube whose sums were counted in these halves, the upper one first."""
    if len(halves) == 1:
        return halves[0]
    high, low = (cast(Integers, cube.sum) for cube in halves)
    return replace(halves[0], sum=join_halves(high, low.view(np.uint64)))
