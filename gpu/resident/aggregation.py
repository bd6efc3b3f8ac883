"""The tasks of counting cubes: the terms that add up to a cell's number, and the numbers of the measure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from gpu.cubes import Aggregate, Axis, Cube, CubeSpec
from gpu.resident.arrays import Array, BitWords
from gpu.resident.composite_codes import MAX_COMPOSITE_CELLS, scaled_lookups
from gpu.resident.measure_kinds import (
    COUNT,
    HIGH,
    HIGH_HALF,
    LOW,
    LOW_HALF,
    NUMBER_DTYPES,
    SUM_INTEGER,
    SUM_REAL,
)
from gpu.resident.numeric_column import NumericColumn
from gpu.resident.request_context import RequestContext
from gpu.wide_sums import HALF_BITS, MAX_INT64

MAX_CELLS = 1 << 26
_TOTAL_FIELDS = {SUM_INTEGER: "sum", SUM_REAL: "sum", LOW: "low", HIGH: "high"}


@dataclass(frozen=True, eq=False)
class IndexTerm:
    """A part of a cell's number: ``lookup[code]``, or ``code * stride`` if there is no lookup."""

    codes: Array
    stride: int
    lookup: npt.NDArray[np.uint32] | None = None


def _create_terms(context: RequestContext, axes: tuple[Axis, ...], *, joined: bool) -> list[IndexTerm]:
    """Return the terms that number the cells of these axes.

    ``joined`` allows composite codes, which cost the kernel one column; otherwise each axis's codes are
    looked up.
    """
    if len(axes) == 1 and axes[0].bins is None:
        return [IndexTerm(context.get_codes(axes[0]), 1)]
    if axes and joined and prod(axis.cell_count for axis in axes) <= MAX_COMPOSITE_CELLS:
        return [IndexTerm(context.get_composite_codes(axes), 1)]
    return [
        IndexTerm(context.get_codes(axis), 0, table)
        for axis, table in zip(axes, scaled_lookups(axes), strict=True)
    ]


@dataclass(frozen=True, eq=False)
class CubeTask:
    """The task of counting one cube.

    Attributes:
        active: The terms that number the rows of the cube.
        terms: The terms that number the cells of a row.
        kind: How the measure is aggregated, one of ``measure_kinds``.
        numbers: The numbers of the measure.
        number_format: How the kernels read them: the index of their type in ``NUMBER_DTYPES``, or a half.
        max_magnitude: The greatest absolute value of these numbers, if they are integers.
        max_rows: The most rows that the cube can count.
        valid_bits: The bits of the rows that have a number; None if all have one.
    """

    spec: CubeSpec
    shape: tuple[int, int]
    active: list[IndexTerm]
    terms: list[IndexTerm]
    kind: int = COUNT
    numbers: Array = None
    number_format: int = 0
    max_magnitude: int = 0
    max_rows: int = 0
    valid_bits: BitWords | None = None

    @classmethod
    def from_spec(cls, spec: CubeSpec, context: RequestContext) -> Self:
        """Make the data resident that counting ``spec`` needs, and return the task.

        Raises:
            ValueError: The cube is too large to count.
        """
        rows, cells = shape = spec.shape
        if rows * cells > MAX_CELLS:
            raise ValueError(
                f"a cube of {rows} x {cells} cells is too large, at most {MAX_CELLS} are allowed"
            )
        # A single active axis needs no composite codes: its fine codes are resident for other views anyway.
        active = _create_terms(context, spec.active, joined=len(spec.active) > 1)
        terms = _create_terms(context, spec.view.axes, joined=True)
        measure = spec.view.measure
        if measure.aggregate is Aggregate.COUNT or measure.column is None:
            return cls(spec, shape, active, terms)
        numbers = context.get_numbers(measure.column)
        return cls(
            spec,
            shape,
            active,
            terms,
            _measure_kind(measure.aggregate, numbers),
            numbers.array,
            NUMBER_DTYPES.index(numbers.array.dtype.str[1:]),
            numbers.max_magnitude,
            context.row_count,
            numbers.valid_bits,
        )

    @property
    def cell_count(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def measure_filters(self) -> list[BitWords]:
        """Return the filters that the measure adds: rows without a number don't count."""
        return [] if self.valid_bits is None else [self.valid_bits]

    @property
    def is_subtractable(self) -> bool:
        """Return whether the cube of a part of the rows can be subtracted exactly."""
        return self.kind in (COUNT, SUM_INTEGER) and self.valid_bits is None

    @property
    def empty_total(self) -> float:
        """Return the total of a cell without rows."""
        return {LOW: np.inf, HIGH: -np.inf}.get(self.kind, 0)

    def split_halves(self) -> list[CubeTask]:
        """Return the tasks to count instead: one for each half of the numbers if a sum could exceed int64.

        The sums of the lower halves count as uint64, so that they suffice for 2**32 rows.
        """
        if self.kind != SUM_INTEGER or self.max_magnitude * self.max_rows <= MAX_INT64:
            return [self]
        return [
            replace(self, number_format=half, max_magnitude=1 << HALF_BITS) for half in (HIGH_HALF, LOW_HALF)
        ]

    def to_cube(self, count: npt.NDArray[np.int64], total: npt.NDArray[Any] | None) -> Cube:
        """Return the cube with these counts and totals."""
        parts = {} if total is None else {_TOTAL_FIELDS[self.kind]: total.reshape(self.shape)}
        return Cube(self.spec, count.reshape(self.shape), **parts)


def _measure_kind(aggregate: Aggregate, numbers: NumericColumn) -> int:
    if aggregate in (Aggregate.MIN, Aggregate.MAX):
        return LOW if aggregate is Aggregate.MIN else HIGH
    return SUM_REAL if numbers.array.dtype.kind == "f" else SUM_INTEGER


@dataclass(frozen=True, eq=False)
class CubeTaskGroup:
    """Cubes over the same rows: those that pass all ``filters``, or the others if ``is_inverted``."""

    filters: list[BitWords]
    is_inverted: bool
    tasks: list[CubeTask] = field(default_factory=list)
