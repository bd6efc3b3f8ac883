"""Counting on a device what an engine keeps there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpu.cubes import Cancel, Cancelled, Cube
from gpu.cuda import launch, order
from gpu.cuda.device import Device, in_turn
from gpu.cuda.plan import Plan
from gpu.resident.aggregation import Group
from gpu.resident.arrays import Words
from gpu.resident.numeric_column import Host, Mask
from gpu.sort_order import Bounds, RowNumbers, Sortable


@dataclass(frozen=True)
class DeviceCounter:
    """Launches kernels; cancelling is noticed between them."""

    device: Device

    @in_turn
    def count(self, groups: list[Group], start: int, stop: int, cancel: Cancel) -> list[Cube]:
        def go_on() -> None:
            if cancel.is_set:
                raise Cancelled

        tallies = [tally for group in groups for tally in group.tallies]
        if not tallies:
            return []
        go_on()
        plan = Plan(groups, self.device)
        launch.carry_out(plan, self.device, start, stop, go_on)
        return [tally.cube(*counted) for tally, counted in zip(tallies, plan.counted(), strict=True)]

    @in_turn
    def passing(self, filters: list[Words], rows: range) -> npt.NDArray[np.uint64]:
        return launch.bits(filters, self.device, rows)

    @in_turn
    def most_pass(self, filters: list[Words], rows: int) -> bool:
        return 2 * launch.passing(filters, self.device, range(rows)) > rows

    @in_turn
    def gather(self, values: Sortable, rows: RowNumbers) -> tuple[Host, Mask]:
        return order.gather(values, self.device, rows)

    @in_turn
    def between(
        self, values: Sortable, filters: list[Words], bounds: Bounds, rows: range
    ) -> tuple[int, RowNumbers]:
        return order.between(values, self.device, filters, bounds, rows)
