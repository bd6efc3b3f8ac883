"""What a device takes for seven views, beside what its memory allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from bench.gpu.device_flights import FARE_COLUMN, MEASURES, SCENARIOS, CubeParts, DeviceFlights
from gpu import sort_order
from gpu.cuda.device import Device
from gpu.cuda.order import find_rows_between
from gpu.cuda.plan import LaunchPlan
from gpu.sort_order import SortableColumn, SortPosition

ROUNDS = 7
NEW_ROWS = 100_000


@dataclass(frozen=True)
class Measurement:
    """How long something took, the median of several times, and what reading its bytes would take.

    ``compare`` compares what was counted with NumPy's counts, which takes longer than the measurement.
    """

    label: str
    rows: int
    seconds: float
    floor: float | None = None
    compare: Callable[[], None] | None = None


def time_median(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """The median of some times; the first, which warms up, isn't counted."""
    work()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def measure_bandwidth(device: Device, nbytes: int = 1 << 31) -> float:
    """Bytes a second that a copy within the device's memory reads and writes."""
    half = min(nbytes, device.get_memory()[0] // 4) // 2
    one, other = device.allocate_zeros(half, np.uint8), device.allocate_zeros(half, np.uint8)

    def copy_half() -> None:
        other[:half] = one
        device.wait_idle()

    return 2 * half / device.run_on_device(time_median, copy_half)


def count_bytes_read(plan: LaunchPlan) -> float:
    """Bytes a row that the passes of a plan read."""
    return sum(each.bytes_per_row for each in plan.passes)


def count_bytes_sought(flights: DeviceFlights) -> float:
    """Bytes a row that are read to find rows in the order of their fares, among those that pass a filter."""
    return int(flights.columns[FARE_COLUMN].itemsize) + 1 / 8


def list_measurements(flights: DeviceFlights, speed: float) -> dict[str, Callable[[], Measurement]]:
    """What is measured, by name: activation, with and without filters and measures, and what else waits.

    The functions may be called in any order, or not at all.
    """
    activations = {
        f"activation, {name}": partial(_measure_activation, flights, speed, scenario, "")
        for name, scenario in SCENARIOS.items()
    }
    measures = {
        f"activation, {name}": partial(_measure_activation, flights, speed, {}, name) for name in MEASURES
    }
    others = {
        "brute move": partial(_measure_brute_move, flights, speed),
        "rows in the middle of an order": partial(_measure_sorted, flights, speed),
        "append of new rows": partial(_measure_append, flights),
    }
    return activations | measures | others


def _measure_activation(
    flights: DeviceFlights, speed: float, scenario: dict[str, float], measure: str
) -> Measurement:
    groups = flights.make_groups(scenario, measure=measure)
    plan, counted = flights.count_groups(groups)
    seconds = time_median(lambda: flights.count_groups(groups))
    name = measure or next(name for name, each in SCENARIOS.items() if each == scenario)
    floor = flights.rows * count_bytes_read(plan) / speed
    compare = partial(_compare_counts, flights, scenario, measure, counted)
    return Measurement(f"activation, {name}", flights.rows, seconds, floor, compare)


def _compare_counts(
    flights: DeviceFlights, scenario: dict[str, float], measure: str, counted: list[CubeParts]
) -> None:
    """Compare cubes with NumPy's.

    Raises:
        AssertionError: A cell differs.
    """
    for ours, theirs in zip(counted, flights.count_by_numpy(scenario, measure), strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])
        if theirs[1] is not None:
            np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-9)


def _measure_brute_move(flights: DeviceFlights, speed: float) -> Measurement:
    """The bits of a new brush, and every view's histogram under it."""

    def move_brush() -> LaunchPlan:
        words = flights.make_filter_bits("date", 0.27)
        groups = flights.make_groups({}, active=False)
        groups[0].filters.append(words)
        return flights.count_groups(groups)[0]

    fine = flights.columns["fine date"].itemsize + 1 / 8
    floor = flights.rows * (count_bytes_read(move_brush()) + fine) / speed
    return Measurement("brute move", flights.rows, time_median(move_brush), floor)


def _measure_sorted(flights: DeviceFlights, speed: float) -> Measurement:
    """One row in a thousand, found in the middle of an order, of those that pass a brush."""
    fares = flights.sample[FARE_COLUMN]
    low, high = np.quantile(fares, [0.5, 0.501]).astype(np.float32)
    ends = [SortPosition(int(key), 0) for key in sort_order.to_sort_keys(np.array([low, high]))]
    sought, rows = sort_order.encode_bounds(*ends, descending=False), range(flights.rows)
    values, words = SortableColumn(flights.columns[FARE_COLUMN]), flights.get_filter_bits("date", 0.27)

    def find_rows() -> list[int]:
        before, found = flights.device.run_on_device(
            find_rows_between, values, flights.device, [words], sought, rows
        )
        return [before, found.size]

    found, floor = find_rows(), flights.rows * count_bytes_sought(flights) / speed

    def compare() -> None:
        passing = fares[flights.find_passing_rows({"date": 0.27})]
        counted = [np.count_nonzero(passing < low), np.count_nonzero((passing >= low) & (passing < high))]
        np.testing.assert_equal(found, np.array(counted) * (flights.rows // fares.size))

    seconds = time_median(find_rows)
    return Measurement("rows in the middle of an order", flights.rows, seconds, floor, compare)


def _measure_append(flights: DeviceFlights) -> Measurement:
    """Codes of new rows for every column, and their part of all cubes."""
    groups = flights.make_groups({})
    new = min(NEW_ROWS, flights.rows // 2)
    batch = {name: codes[:new] for name, codes in flights.sample.items()}

    def append_rows() -> None:
        for name, codes in batch.items():
            flights.device.write_array(flights.columns[name], flights.rows - new, codes)
        flights.count_groups(groups, flights.rows - new)

    return Measurement(f"append of {new:,} rows", flights.rows, time_median(append_rows))
