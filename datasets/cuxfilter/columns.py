"""The columns of a payload: numbers as floats that represent them exactly, names of bars, and bins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datasets.cuxfilter.filters import BarLabels, UnsupportedByCuxfilterError, label_bars
from gpu.cubes import Axis
from gpu.oracle import extract_numbers
from gpu.scales import BooleanScale, CategoryScale, OrderedScale
from gpu.scales.comparable_values import numbers_to_comparable, times_to_comparable

T = TypeVar("T")
ReadColumn = Callable[[str], Iterator[pa.Array]]
"""Returns the values of a column that the person may see, in arrays that may be empty."""


@dataclass(frozen=True)
class CuxfilterColumns:
    """Converts columns for cuxfilter; ``read`` returns their values."""

    read: ReadColumn

    def bin_indices(self, axis: Axis) -> pa.Array:
        pieces = self._map_batches(axis.column, axis.scale.encode)
        return pa.array(np.concatenate([axis.bin_lookup[codes] for codes in pieces]))

    def bar_names(self, axis: Axis, bars: BarLabels) -> pa.Array:
        """Return for each row the name of its bar."""
        return pa.array(bars.all_labels, pa.string()).take(self.bin_indices(axis))

    def float_values(self, axis: Axis) -> pa.Array:
        """Return numbers, or milliseconds since 1970, null for missing values.

        Raises:
            UnsupportedByCuxfilterError: floats can't represent them all.
        """
        time = isinstance(axis.scale, OrderedScale) and axis.scale.measures_time
        pieces = self._map_batches(axis.column, lambda values: _to_floats(values, time, axis.column))
        return pa.concat_arrays(list(pieces))

    def measure_values(self, column: str) -> pa.Array:
        def measure_batch(values: pa.Array) -> pa.Array:
            numbers, present = extract_numbers(values)
            return pa.array(numbers.astype(np.float64), mask=~present)

        return pa.concat_arrays(list(self._map_batches(column, measure_batch)))

    def _map_batches(self, column: str, make: Callable[[pa.Array], T]) -> Iterator[T]:
        return map(make, self.read(column))


def bars_for_axis(axis: Axis) -> BarLabels | None:
    """Return the bars of a category or boolean axis; None for an ordered axis, which has bins."""
    if isinstance(axis.scale, CategoryScale):
        return label_bars(axis.scale.values)
    return label_bars(("false", "true"), others=False) if isinstance(axis.scale, BooleanScale) else None


def bin_edges(axis: Axis) -> list[float]:
    """Return where the bins of an ordered axis begin, and where the last one ends."""
    fine: npt.NDArray[np.float64] = axis.scale.edges  # type: ignore[union-attr]
    bins = axis.bin_lookup[1:-2]
    starts = np.flatnonzero(np.diff(bins, prepend=0))
    return [*map(float, fine[starts]), float(fine[-1])]


def _to_floats(values: pa.Array, time: bool, column: str) -> pa.Array:
    raw = times_to_comparable(values) if time else numbers_to_comparable(values)
    ticks = float(raw.ticks_per_unit)
    floats = np.asarray(raw.values, np.float64) / ticks
    if not _is_lossless(floats, raw.values, ticks):
        raise UnsupportedByCuxfilterError(f"{column} has values that cuxfilter can't represent exactly")
    missing = np.isnan(floats) if raw.valid is None else ~raw.valid | np.isnan(floats)
    return pa.array(floats, mask=missing)


def _is_lossless(floats: npt.NDArray[np.float64], exact: npt.NDArray[Any], ticks: float) -> bool:
    """Return whether no two different values became the same float."""
    return exact.dtype.kind == "f" or bool(np.all((np.rint(floats * ticks) == exact) & (abs(exact) <= 2**53)))
