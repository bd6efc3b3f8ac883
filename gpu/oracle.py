"""The reference for all engines: plain NumPy over raw values, slow and obviously correct."""

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
    Cancelled,
    CancelToken,
    Cube,
    CubeSpec,
    Filter,
    Predicate,
    ViewSpec,
)
from gpu.engine import Source, resolve_rows
from gpu.scales import Scale
from gpu.wide_sums import Sums, WideSums

Bools = npt.NDArray[np.bool_]


class OracleEngine:
    """An engine that keeps the raw columns it was asked for and computes every answer from them again."""

    name = "oracle"

    def __init__(self, source: Source) -> None:
        self._source = source
        self._source_rows = source.row_count
        self._appended: list[pa.RecordBatch] = []
        self._columns: dict[str, pa.Array] = {}
        self._lock = Lock()

    @property
    def row_count(self) -> int:
        return self._source_rows + sum(int(batch.num_rows) for batch in self._appended)

    @property
    def nbytes(self) -> int:
        return sum(values.nbytes for values in self._columns.values())

    def load_codes(self, column: str, scale: Scale) -> None:
        scale.encode(self._get_column(column))

    def append_rows(self, batch: pa.RecordBatch) -> None:
        with self._lock:
            self._columns = {
                name: _append_values(values, batch, name) for name, values in self._columns.items()
            }
            self._appended.append(batch)

    def compute_mask(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> Bools:
        selected = resolve_rows(rows, self.row_count)
        passed = np.ones(self.row_count, np.bool_)
        for filter_ in filters:
            passed &= self._passes_any(filter_) if isinstance(filter_, AnyOf) else self._passes_all(filter_)
        return passed[selected.start : selected.stop]

    def compute_bitmask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.uint8]:
        return np.packbits(self.compute_mask(filters, rows), bitorder="little")

    def compute_histogram(self, view: ViewSpec, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        return self.compute_cubes([CubeSpec(view, (), frozenset(filters))])[0]

    def compute_cubes(
        self, specs: Sequence[CubeSpec], cancel: CancelToken | None = None, rows: range | None = None
    ) -> list[Cube]:
        selected, answers = resolve_rows(rows, self.row_count), []
        for spec in specs:
            if cancel is not None and cancel.is_cancelled:
                raise Cancelled
            answers.append(self._compute_cube(spec, selected))
        return answers

    def _get_column(self, name: str) -> pa.Array:
        with self._lock:
            if name not in self._columns:
                values = pa.concat_arrays(list(self._source.read_column(name))).slice(0, self._source_rows)
                for batch in self._appended:
                    values = _append_values(values, batch, name)
                self._columns[name] = values
            return self._columns[name]

    def _passes_any(self, filter_: AnyOf) -> Bools:
        passed = np.zeros(self.row_count, np.bool_)
        for alternative in filter_.alternatives:
            passed |= self._passes_all(alternative)
        return passed

    def _passes_all(self, predicates: Filter) -> Bools:
        passed = np.ones(self.row_count, np.bool_)
        for predicate in predicates:
            passed &= self._passes(predicate)
        return passed

    def _passes(self, predicate: Predicate) -> Bools:
        codes = predicate.scale.encode(self._get_column(predicate.column))
        passed = np.zeros(codes.size, np.bool_)
        for start, stop in predicate.ranges:
            passed |= (codes >= start) & (codes < stop)
        return passed

    def _cell_numbers(self, axes: Sequence[Axis]) -> npt.NDArray[np.int64]:
        """Return the number of every row's cell on the axes; the last axis varies fastest."""
        cells = np.zeros(self.row_count, np.int64)
        for axis in axes:
            bins = axis.bin_lookup[axis.scale.encode(self._get_column(axis.column))]
            cells = cells * axis.cell_count + bins
        return cells

    def _compute_cube(self, spec: CubeSpec, rows: range) -> Cube:
        counted = np.zeros(self.row_count, np.bool_)
        counted[rows.start : rows.stop] = self.compute_mask(list(spec.filters), rows)
        cells = self._cell_numbers([*spec.active, *spec.view.axes])
        measure = spec.view.measure
        if measure.aggregate is Aggregate.COUNT or measure.column is None:
            return Cube(spec, _count_cells(spec, cells[counted]))
        numbers, present = extract_numbers(self._get_column(measure.column))
        counted &= present
        return _aggregate_cells(spec, cells[counted], numbers[counted])


def extract_numbers(values: pa.Array) -> tuple[npt.NDArray[Any], Bools]:
    """Return numbers as int64 (integer columns) or float64 (others), and which are neither null nor NaN.

    Raises:
        TypeError: The column does not hold numbers.
        ValueError: An unsigned integer is too large for int64.
    """
    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise TypeError(f"a measure needs a number column, found {kind}")
    numbers = values.cast(pa.int64() if pa.types.is_integer(kind) else pa.float64())
    missing = pc.is_null(numbers, nan_is_null=True)
    return numbers.fill_null(0).to_numpy(zero_copy_only=False), ~missing.to_numpy(zero_copy_only=False)


def _append_values(values: pa.Array, batch: pa.RecordBatch, name: str) -> pa.Array:
    return pa.concat_arrays([values, batch.column(name).cast(values.type)])


def _count_cells(spec: CubeSpec, cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    count = np.zeros(spec.shape, np.int64)
    np.add.at(count.reshape(-1), cells, 1)
    return count


def _aggregate_cells(spec: CubeSpec, cells: npt.NDArray[np.int64], numbers: npt.NDArray[Any]) -> Cube:
    count = _count_cells(spec, cells)
    aggregate = spec.view.measure.aggregate
    if aggregate is Aggregate.MIN:
        low = np.full(spec.shape, np.inf)
        np.minimum.at(low.reshape(-1), cells, numbers)
        return Cube(spec, count, low=low)
    if aggregate is Aggregate.MAX:
        high = np.full(spec.shape, -np.inf)
        np.maximum.at(high.reshape(-1), cells, numbers)
        return Cube(spec, count, high=high)
    return Cube(spec, count, sum=_sum_cells(spec, cells, numbers))


def _sum_cells(spec: CubeSpec, cells: npt.NDArray[np.int64], numbers: npt.NDArray[Any]) -> Sums:
    """Return the sum of each cell's numbers; those of integers are added up by Python, which has no limit."""
    total = np.zeros(spec.shape, np.float64 if numbers.dtype.kind == "f" else object)
    with np.errstate(invalid="ignore", over="ignore"):
        np.add.at(total.reshape(-1), cells, numbers.astype(total.dtype))
    if total.dtype.kind == "f":
        return total
    try:
        return total.astype(np.int64)
    except OverflowError:
        return WideSums((total // 2**32).astype(np.int64), (total % 2**32).astype(np.int64))
