"""Seven views of flights on a device, as the engine keeps them: what is measured there.

Making the delays (503 codes) active needs a cube for each of the other six, one of them a density. A sample
of rows is drawn on the host and repeated on the device.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda import fill_kernels, launch
from gpu.cuda.device import Array, Device
from gpu.cuda.fill_kernels import get_code_layout
from gpu.cuda.plan import LaunchPlan
from gpu.resident.measure_kinds import COUNT, LOW, NUMBER_DTYPES, SUM_INTEGER, SUM_REAL

SAMPLE = 10_000_000
DELAYS, COARSE_DELAYS = 503, 103
VIEW_CELLS = {"distance": 28, "air time": 53, "departure": 99, "date": 203, "origin": 302, "map": 67 * 67}
"""The cells of each passive view; its codes are joined, so that a view is one column."""
FILTERED_VIEWS = {"date": 603, "departure": 483, "distance": 503}
"""The fine codes of views that have filters."""
FARE_COLUMN = "fare"
"""Numbers, to sort by and to measure."""
MINUTES_COLUMN = "minutes"
"""Integers of 16 bits, to measure."""
MEASURES = {
    "sum of 16-bit integers": (SUM_INTEGER, MINUTES_COLUMN),
    "sum of 32-bit floats": (SUM_REAL, FARE_COLUMN),
    "minimum of 32-bit floats": (LOW, FARE_COLUMN),
}
"""Kinds of measures, and the columns that they are of."""
SCENARIOS: dict[str, dict[str, float]] = {
    "no filter": {},
    "27 % pass": {"date": 0.27},
    "5 % pass": {"date": 0.27, "departure": 0.43, "distance": 0.43},
    "76 % pass": {"date": 0.76},
}
Codes = npt.NDArray[Any]
CubeParts = tuple[npt.NDArray[np.int64], Codes | None]
"""Counts and, of a measure, totals."""


@dataclass(frozen=True)
class FlightTerm:
    """A part of a cell number."""

    codes: Array
    stride: int = 1
    lookup: npt.NDArray[np.uint32] | None = None


@dataclass(frozen=True)
class FlightTask:
    """A count of rows by cell."""

    shape: tuple[int, int]
    active: list[FlightTerm]
    terms: list[FlightTerm]
    kind: int = COUNT
    numbers: Array = None
    number_format: int = 0


@dataclass(frozen=True)
class FlightGroup:
    """Cubes over the same rows."""

    filters: list[Array]
    is_inverted: bool = False
    tasks: list[FlightTask] = field(default_factory=list)


def draw_sample(rows: int) -> dict[str, Codes]:
    """A sample: codes of views as skewed as those of flights, fine codes that spread evenly, and fares."""
    random = np.random.default_rng(0)
    drawn = {name: _skewed_codes(random, rows, cells) for name, cells in VIEW_CELLS.items()}
    drawn["delay"] = _skewed_codes(random, rows, DELAYS)
    drawn |= {
        f"fine {name}": _narrow_codes(random.integers(0, n, rows), n) for name, n in FILTERED_VIEWS.items()
    }
    drawn[MINUTES_COLUMN] = random.integers(-60, 600, rows).astype(np.int16)
    return drawn | {FARE_COLUMN: random.normal(200, 80, rows).astype(np.float32)}


def _skewed_codes(random: np.random.Generator, rows: int, cells: int) -> Codes:
    return _narrow_codes(np.clip(random.normal(cells * 0.4, cells * 0.2, rows), 0, cells - 1), cells)


def _narrow_codes(values: npt.NDArray[Any], count: int) -> Codes:
    return values.astype(np.uint8 if count <= 256 else np.uint16)


class DeviceFlights:
    """Columns of ``rows`` rows in a device's memory, and the filter bits of each scenario."""

    def __init__(self, device: Device, rows: int) -> None:
        self.device, self.rows = device, rows
        self.sample = draw_sample(min(rows, SAMPLE))
        self.columns = {
            name: device.run_on_device(self._repeat_sample, codes) for name, codes in self.sample.items()
        }
        self._bits: dict[tuple[str, float], Array] = {}

    @property
    def nbytes(self) -> int:
        return sum(int(column.nbytes) for column in self.columns.values())

    def _repeat_sample(self, codes: Codes) -> Array:
        sample = self.device.upload(codes)
        whole = self.device.allocate_zeros((self.rows + 127) & ~63, codes.dtype)
        for first in range(0, self.rows, codes.size):
            whole[first : min(first + codes.size, self.rows)] = sample[: min(codes.size, self.rows - first)]
        return whole

    def make_filter_bits(self, name: str, part: float) -> Array:
        """The bits of rows in the middle ``part`` of a filtered view's codes."""
        words = self.device.allocate_zeros((self.rows + 127) // 64, np.uint64)
        rows = range(self.rows)
        codes = get_code_layout(self.columns[f"fine {name}"])
        self.device.run_on_device(
            fill_kernels.write_filter_bits,
            self.device,
            codes,
            (middle_codes(name, part),),
            words,
            rows,
            intersect=False,
        )
        return words

    def get_filter_bits(self, name: str, part: float) -> Array:
        """The same, kept."""
        if (name, part) not in self._bits:
            self._bits[name, part] = self.make_filter_bits(name, part)
        return self._bits[name, part]

    def make_groups(
        self, scenario: dict[str, float], *, active: bool = True, measure: str = ""
    ) -> list[FlightGroup]:
        """A cube a view, or unless ``active`` a histogram, over the rows that pass the others' filters.

        Args:
            scenario: The filtered views, and the fraction of their codes that passes.
            active: Whether the delays are the active axis.
            measure: One of ``MEASURES``; if empty, rows are counted.
        """
        kind, numbers, form = self._get_measure(measure)
        found: dict[tuple[str, ...], FlightGroup] = {}
        for name, cells in VIEW_CELLS.items():
            others = tuple(each for each in scenario if each != name)
            filters = [self.get_filter_bits(each, scenario[each]) for each in others]
            group = found.setdefault(others, FlightGroup(filters))
            rows, terms = self._get_active_terms(name) if active else (1, [])
            view = [FlightTerm(self.columns[name])]
            group.tasks.append(FlightTask((rows, cells), terms, view, kind, numbers, form))
        return list(found.values())

    def _get_measure(self, measure: str) -> tuple[int, Array, int]:
        if not measure:
            return COUNT, None, 0
        kind, column = MEASURES[measure]
        return kind, self.columns[column], NUMBER_DTYPES.index(self.sample[column].dtype.str[1:])

    def _get_active_terms(self, name: str) -> tuple[int, list[FlightTerm]]:
        """Every delay, and a hundred of them against a density."""
        if name != "map":
            return DELAYS, [FlightTerm(self.columns["delay"])]
        lookup = (np.arange(DELAYS) * COARSE_DELAYS // DELAYS).astype(np.uint32)
        return COARSE_DELAYS, [FlightTerm(self.columns["delay"], 0, lookup)]

    def count_groups(self, groups: list[FlightGroup], start: int = 0) -> tuple[LaunchPlan, list[CubeParts]]:
        """Counts and totals as a request has them, on the host, from row ``start`` on."""

        def count_on_device() -> tuple[LaunchPlan, list[CubeParts]]:
            plan = LaunchPlan(groups, self.device)
            launch.run_plan(plan, self.device, start, self.rows, lambda: None)
            return plan, plan.download_results()

        return self.device.run_on_device(count_on_device)

    def release_columns(self) -> None:
        """Free the memory of the device; the sample stays."""
        self.columns.clear()
        self._bits.clear()

    def count_by_numpy(self, scenario: dict[str, float], measure: str = "") -> list[CubeParts]:
        """What NumPy counts in the sample, times how often it is repeated.

        Raises:
            ValueError: the rows are no multiple of the sample.
        """
        times, rest = divmod(self.rows, self.sample["delay"].size)
        if rest:
            raise ValueError(f"{self.rows} rows aren't the sample repeated")
        counted = []
        for name in sorted(VIEW_CELLS, key=lambda name: _get_group_index(name, scenario)):
            passing = self.find_passing_rows({other: scenario[other] for other in scenario.keys() - {name}})
            delay = self.sample["delay"].astype(np.int64)
            rows = DELAYS
            if name == "map":
                delay, rows = delay * COARSE_DELAYS // DELAYS, COARSE_DELAYS
            place = (delay * VIEW_CELLS[name] + self.sample[name])[passing]
            cells = rows * VIEW_CELLS[name]
            total = self._total_by_numpy(measure, place, passing, cells, times) if measure else None
            counted.append((times * np.bincount(place, minlength=cells), total))
        return counted

    def _total_by_numpy(
        self,
        measure: str,
        place: npt.NDArray[np.int64],
        passing: npt.NDArray[np.bool_],
        cells: int,
        times: int,
    ) -> Codes:
        kind, column = MEASURES[measure]
        numbers = self.sample[column][passing].astype(np.float64)
        if kind != LOW:
            return times * np.bincount(place, weights=numbers, minlength=cells)
        least = np.full(cells, np.inf)
        np.minimum.at(least, place, numbers)
        return least

    def find_passing_rows(self, filters: dict[str, float]) -> npt.NDArray[np.bool_]:
        """Which rows of the sample are in the middle parts of these views."""
        passing = np.ones(self.sample["delay"].size, np.bool_)
        for name, part in filters.items():
            low, high = middle_codes(name, part)
            passing &= (self.sample[f"fine {name}"] >= low) & (self.sample[f"fine {name}"] < high)
        return passing


def _get_group_index(name: str, scenario: dict[str, float]) -> int:
    """Views in the order of their groups."""
    keys = [tuple(each for each in scenario if each != view) for view in VIEW_CELLS]
    order = list(dict.fromkeys(keys))
    return order.index(keys[list(VIEW_CELLS).index(name)])


def middle_codes(name: str, fraction: float) -> tuple[int, int]:
    """The middle part of a view's fine codes."""
    codes = FILTERED_VIEWS[name]
    width = round(codes * fraction)
    return (codes - width) // 2, (codes + width) // 2
