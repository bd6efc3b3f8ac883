"""Counting on a device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpu.cubes import Cancelled, CancelToken, Cube
from gpu.cuda import launch, order
from gpu.cuda.device import Device, on_device
from gpu.cuda.plan import LaunchPlan
from gpu.resident.aggregation import CubeTaskGroup
from gpu.resident.arrays import BitWords
from gpu.resident.numeric_column import HostArray, Mask
from gpu.sort_order import RowNumbers, SortableColumn, SortBounds


@dataclass(frozen=True)
class DeviceComputeBackend:
    """A backend that launches kernels; cancelling takes effect between two of them."""

    device: Device

    @on_device
    def count_cubes(
        self, groups: list[CubeTaskGroup], start: int, stop: int, cancel: CancelToken
    ) -> list[Cube]:
        def raise_if_cancelled() -> None:
            if cancel.is_cancelled:
                raise Cancelled

        tasks = [task for group in groups for task in group.tasks]
        if not tasks:
            return []
        raise_if_cancelled()
        plan = LaunchPlan(groups, self.device)
        launch.run_plan(plan, self.device, start, stop, raise_if_cancelled)
        return [task.to_cube(*result) for task, result in zip(tasks, plan.download_results(), strict=True)]

    @on_device
    def compute_bitmask(self, filters: list[BitWords], rows: range) -> npt.NDArray[np.uint64]:
        return launch.compute_bitmask(filters, self.device, rows)

    @on_device
    def most_rows_pass(self, filters: list[BitWords], rows: int) -> bool:
        return 2 * launch.count_passing_rows(filters, self.device, range(rows)) > rows

    @on_device
    def gather_values(self, values: SortableColumn, rows: RowNumbers) -> tuple[HostArray, Mask]:
        return order.gather_values(values, self.device, rows)

    @on_device
    def find_rows_between(
        self, values: SortableColumn, filters: list[BitWords], bounds: SortBounds, rows: range
    ) -> tuple[int, RowNumbers]:
        return order.find_rows_between(values, self.device, filters, bounds, rows)
