"""What a device takes for seven views, beside what its memory allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from bench.gpu.device_flights import FARE, SCENARIOS, Flights
from gpu import sort_order
from gpu.cuda.device import Device
from gpu.cuda.order import between
from gpu.cuda.plan import Plan
from gpu.sort_order import Place, Sortable

ROUNDS = 7
NEW_ROWS = 100_000


@dataclass(frozen=True)
class Figure:
    """How long something took, the median of several times, and what reading its bytes would take."""

    what: str
    rows: int
    seconds: float
    floor: float | None = None


def timed(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """The median of some times; the first, which warms up, isn't counted."""
    work()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def bandwidth(device: Device, nbytes: int = 1 << 31) -> float:
    """Bytes a second that a copy within the device's memory reads and writes."""
    half = min(nbytes, device.memory()[0] // 4) // 2
    one, other = device.zeros(half, np.uint8), device.zeros(half, np.uint8)

    def copy() -> None:
        other[:half] = one
        device.wait()

    return 2 * half / device.run(timed, copy)


def bytes_read(plan: Plan) -> float:
    """Bytes a row that the passes of a plan read."""
    return sum(each.bytes_a_row for each in plan.passes)


def bytes_sought(flights: Flights) -> float:
    """Bytes a row that are read to find rows in the order of their fares, among those that pass a filter."""
    return int(flights.columns[FARE].itemsize) + 1 / 8


def figures(flights: Flights, speed: float) -> list[Figure]:
    """Activation in every scenario, a brush that moves without any cube, rows in an order, and new rows.

    Raises:
        AssertionError: a cell is counted wrong.
    """
    found = [_activation(flights, name, scenario, speed) for name, scenario in SCENARIOS.items()]
    return [*found, _brute_move(flights, speed), _sorted(flights, speed), _append(flights)]


def _activation(flights: Flights, name: str, scenario: dict[str, float], speed: float) -> Figure:
    groups = flights.groups(scenario)
    plan, counted = flights.count(groups)
    for ours, theirs in zip(counted, flights.expected(scenario), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    seconds = timed(lambda: flights.count(groups))
    return Figure(f"activation, {name}", flights.rows, seconds, flights.rows * bytes_read(plan) / speed)


def _brute_move(flights: Flights, speed: float) -> Figure:
    """The bits of a new brush, and every view's histogram under it."""

    def move() -> Plan:
        words = flights.brush("date", 0.27)
        groups = flights.groups({}, active=False)
        groups[0].filters.append(words)
        return flights.count(groups)[0]

    fine = flights.columns["fine date"].itemsize + 1 / 8
    floor = flights.rows * (bytes_read(move()) + fine) / speed
    return Figure("brute move", flights.rows, timed(move), floor)


def _sorted(flights: Flights, speed: float) -> Figure:
    """One row in a thousand, found in the middle of an order, of those that pass a brush.

    Raises:
        AssertionError: it is not those of the sample, as often as that is repeated.
    """
    fares = flights.sample[FARE]
    low, high = np.quantile(fares, [0.5, 0.501]).astype(np.float32)
    ends = [Place(int(key), 0) for key in sort_order.keys(np.array([low, high]))]
    sought, rows = sort_order.bounds(*ends, descending=False), range(flights.rows)
    values, words = Sortable(flights.columns[FARE]), flights.bits("date", 0.27)

    def find() -> list[int]:
        before, found = flights.device.run(between, values, flights.device, [words], sought, rows)
        return [before, found.size]

    passing = fares[flights.passing({"date": 0.27})]
    counted = [np.count_nonzero(passing < low), np.count_nonzero((passing >= low) & (passing < high))]
    np.testing.assert_equal(find(), np.array(counted) * (flights.rows // fares.size))
    floor = flights.rows * bytes_sought(flights) / speed
    return Figure("rows in the middle of an order", flights.rows, timed(find), floor)


def _append(flights: Flights) -> Figure:
    """Codes of new rows for every column, and their part of all cubes."""
    groups = flights.groups({})
    new = min(NEW_ROWS, flights.rows // 2)
    batch = {name: codes[:new] for name, codes in flights.sample.items()}

    def append() -> None:
        for name, codes in batch.items():
            flights.device.put(flights.columns[name], flights.rows - new, codes)
        flights.count(groups, flights.rows - new)

    return Figure(f"append of {new:,} rows", flights.rows, timed(append))
