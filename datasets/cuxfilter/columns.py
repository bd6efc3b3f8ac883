"""Columns as cuxfilter gets them: numbers as floats that hold them exactly, names of bars, and bins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datasets.cuxfilter.filters import Bars, UnsupportedError, bars
from gpu.cubes import Axis
from gpu.oracle import measured
from gpu.scales import Boolean, Category, OrderedScale
from gpu.scales.comparable_values import number, temporal

T = TypeVar("T")
Read = Callable[[str], Iterator[pa.Array]]
"""The values of a column that may be given away, in arrays that may be empty."""


@dataclass(frozen=True)
class Columns:
    """What is made of a column; ``read`` reads it."""

    read: Read

    def bins(self, axis: Axis) -> pa.Array:
        pieces = self._each(axis.column, axis.scale.encode)
        return pa.array(np.concatenate([axis.lookup[codes] for codes in pieces]))

    def names(self, axis: Axis, of: Bars) -> pa.Array:
        """The name of the bar that each row is in."""
        return pa.array(of.names, pa.string()).take(self.bins(axis))

    def floats(self, axis: Axis) -> pa.Array:
        """Numbers, or milliseconds since 1970, null where there is none.

        Raises:
            UnsupportedError: floats don't hold them all.
        """
        time = isinstance(axis.scale, OrderedScale) and axis.scale.measures_time
        pieces = self._each(axis.column, lambda values: _floats(values, time, axis.column))
        return pa.concat_arrays(list(pieces))

    def measured(self, column: str) -> pa.Array:
        def one(values: pa.Array) -> pa.Array:
            numbers, present = measured(values)
            return pa.array(numbers.astype(np.float64), mask=~present)

        return pa.concat_arrays(list(self._each(column, one)))

    def _each(self, column: str, make: Callable[[pa.Array], T]) -> Iterator[T]:
        return map(make, self.read(column))


def bars_of(axis: Axis) -> Bars | None:
    """The bars of a category or boolean; an ordered axis has bins."""
    if isinstance(axis.scale, Category):
        return bars(axis.scale.values)
    return bars(("false", "true"), others=False) if isinstance(axis.scale, Boolean) else None


def edges(axis: Axis) -> list[float]:
    """Where the bins of an ordered axis begin, and where the last one ends."""
    fine: npt.NDArray[np.float64] = axis.scale.edges  # type: ignore[union-attr]
    bins = axis.lookup[1:-2]
    starts = np.flatnonzero(np.diff(bins, prepend=0))
    return [*map(float, fine[starts]), float(fine[-1])]


def _floats(values: pa.Array, time: bool, column: str) -> pa.Array:
    raw = temporal(values) if time else number(values)
    ticks = float(raw.ticks)
    floats = np.asarray(raw.values, np.float64) / ticks
    if not _holds(floats, raw.values, ticks):
        raise UnsupportedError(f"{column} has values that cuxfilter's floats don't hold")
    missing = np.isnan(floats) if raw.valid is None else ~raw.valid | np.isnan(floats)
    return pa.array(floats, mask=missing)


def _holds(floats: npt.NDArray[np.float64], exact: npt.NDArray[Any], ticks: float) -> bool:
    """Whether no two of the values have become one."""
    return exact.dtype.kind == "f" or bool(np.all((np.rint(floats * ticks) == exact) & (abs(exact) <= 2**53)))
