"""The judge of all engines: plain NumPy over raw values, slow and obviously right."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gpu.cubes import (
    Aggregate,
    AnyOf,
    Axis,
    Cancel,
    Cancelled,
    Cube,
    CubeSpec,
    Filter,
    Predicate,
    View,
)
from gpu.engine import Source, asked
from gpu.scales import Scale

Bools = npt.NDArray[np.bool_]


class OracleEngine:
    """Keeps the raw columns it was asked for and computes every answer from them anew."""

    name = "oracle"

    def __init__(self, source: Source) -> None:
        self._source = source
        self._read = source.rows
        self._appended: list[pa.RecordBatch] = []
        self._columns: dict[str, pa.Array] = {}
        self._lock = Lock()

    @property
    def rows(self) -> int:
        return self._read + sum(int(batch.num_rows) for batch in self._appended)

    @property
    def nbytes(self) -> int:
        return sum(values.nbytes for values in self._columns.values())

    def load(self, column: str, scale: Scale) -> None:
        scale.encode(self._column(column))

    def append(self, batch: pa.RecordBatch) -> None:
        with self._lock:
            self._columns = {name: _extended(values, batch, name) for name, values in self._columns.items()}
            self._appended.append(batch)

    def mask(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> Bools:
        wanted = asked(rows, self.rows)
        passed = np.ones(self.rows, np.bool_)
        for filter_ in filters:
            passed &= self._passes_any(filter_) if isinstance(filter_, AnyOf) else self._passes_all(filter_)
        return passed[wanted.start : wanted.stop]

    def bits(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.uint8]:
        return np.packbits(self.mask(filters, rows), bitorder="little")

    def histogram(self, view: View, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def cubes(
        self, specs: Sequence[CubeSpec], cancel: Cancel | None = None, rows: range | None = None
    ) -> list[Cube]:
        wanted, answers = asked(rows, self.rows), []
        for spec in specs:
            if cancel is not None and cancel.is_set:
                raise Cancelled
            answers.append(self._cube(spec, wanted))
        return answers

    def _column(self, name: str) -> pa.Array:
        with self._lock:
            if name not in self._columns:
                values = pa.concat_arrays(list(self._source.read(name))).slice(0, self._read)
                for batch in self._appended:
                    values = _extended(values, batch, name)
                self._columns[name] = values
            return self._columns[name]

    def _passes_any(self, filter_: AnyOf) -> Bools:
        passed = np.zeros(self.rows, np.bool_)
        for alternative in filter_.alternatives:
            passed |= self._passes_all(alternative)
        return passed

    def _passes_all(self, predicates: Filter) -> Bools:
        passed = np.ones(self.rows, np.bool_)
        for predicate in predicates:
            passed &= self._passes(predicate)
        return passed

    def _passes(self, predicate: Predicate) -> Bools:
        codes = predicate.scale.encode(self._column(predicate.column))
        passed = np.zeros(codes.size, np.bool_)
        for start, stop in predicate.ranges:
            passed |= (codes >= start) & (codes < stop)
        return passed

    def _places(self, axes: Sequence[Axis]) -> npt.NDArray[np.int64]:
        """The cell of every row on the axes, the last axis fastest."""
        places = np.zeros(self.rows, np.int64)
        for axis in axes:
            bins = axis.lookup[axis.scale.encode(self._column(axis.column))]
            places = places * axis.cells + bins
        return places

    def _cube(self, spec: CubeSpec, rows: range) -> Cube:
        counted = np.zeros(self.rows, np.bool_)
        counted[rows.start : rows.stop] = self.mask(list(spec.filters), rows)
        places = self._places([*spec.active, *spec.view.axes])
        measure = spec.view.measure
        if measure.aggregate is Aggregate.COUNT or measure.column is None:
            return Cube(spec, _count(spec, places[counted]))
        numbers, present = measured(self._column(measure.column))
        counted &= present
        return _aggregate(spec, places[counted], numbers[counted])


def measured(values: pa.Array) -> tuple[npt.NDArray[Any], Bools]:
    """Numbers as int64 (integer columns) or float64 (others), and which there are: neither null nor NaN.

    Raises:
        TypeError: the column does not hold numbers.
        ValueError: an unsigned integer is too large for int64.
    """
    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise TypeError(f"a measure needs numbers, found {kind}")
    numbers = values.cast(pa.int64() if pa.types.is_integer(kind) else pa.float64())
    missing = pc.is_null(numbers, nan_is_null=True)
    return numbers.fill_null(0).to_numpy(zero_copy_only=False), ~missing.to_numpy(zero_copy_only=False)


def _extended(values: pa.Array, batch: pa.RecordBatch, name: str) -> pa.Array:
    return pa.concat_arrays([values, batch.column(name).cast(values.type)])


def _count(spec: CubeSpec, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    count = np.zeros(spec.shape, np.int64)
    np.add.at(count.reshape(-1), places, 1)
    return count


def _aggregate(spec: CubeSpec, places: npt.NDArray[np.int64], numbers: npt.NDArray[Any]) -> Cube:
    count = _count(spec, places)
    aggregate = spec.view.measure.aggregate
    if aggregate is Aggregate.MIN:
        low = np.full(spec.shape, np.inf)
        np.minimum.at(low.reshape(-1), places, numbers)
        return Cube(spec, count, low=low)
    if aggregate is Aggregate.MAX:
        high = np.full(spec.shape, -np.inf)
        np.maximum.at(high.reshape(-1), places, numbers)
        return Cube(spec, count, high=high)
    total = np.zeros(spec.shape, numbers.dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        np.add.at(total.reshape(-1), places, numbers)
    return Cube(spec, count, sum=total)
