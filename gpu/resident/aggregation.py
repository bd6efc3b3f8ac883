"""What counting one cube needs: its cell numbers as a sum of terms, and the numbers of its measure."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from gpu.cubes import Aggregate, Axis, Cube, CubeSpec
from gpu.resident.arrays import Array, Words
from gpu.resident.composite_codes import MOST_JOINED, lookups
from gpu.resident.measure_kinds import COUNT, HIGH, LOW, SUM_INTEGER, SUM_REAL
from gpu.resident.numeric_column import Numbers
from gpu.resident.request_context import Resident

MOST_CELLS = 1 << 26
_PARTS = {SUM_INTEGER: "sum", SUM_REAL: "sum", LOW: "low", HIGH: "high"}


@dataclass(frozen=True, eq=False)
class Term:
    """A part of a cell number: ``lookup[code]``, or ``code * stride``."""

    codes: Array
    stride: int
    lookup: npt.NDArray[np.uint32] | None = None


def _terms(resident: Resident, axes: tuple[Axis, ...], *, joined: bool) -> list[Term]:
    """What numbers the cells of these axes.

    Joined codes cost the kernel one column; else every axis's codes are looked up.
    """
    if len(axes) == 1 and axes[0].bins is None:
        return [Term(resident.codes(axes[0]), 1)]
    if axes and joined and prod(axis.cells for axis in axes) <= MOST_JOINED:
        return [Term(resident.joined(axes), 1)]
    return [Term(resident.codes(axis), 0, table) for axis, table in zip(axes, lookups(axes), strict=True)]


@dataclass(frozen=True, eq=False)
class Tally:
    """One cube to count.

    Attributes:
        active: what numbers its rows.
        terms: what numbers the cells of a row.
        kind: what to do with the measure.
        numbers: the measure's, and ``most`` how far from 0 an integer of them may be.
        valid: the bits of the rows that have a number; None if all do.
    """

    spec: CubeSpec
    shape: tuple[int, int]
    active: list[Term]
    terms: list[Term]
    kind: int = COUNT
    numbers: Array = None
    most: int = 0
    valid: Words | None = None

    @classmethod
    def of(cls, spec: CubeSpec, resident: Resident) -> Self:
        """What counting ``spec`` needs, made resident.

        Raises:
            ValueError: the cube is too large to count.
        """
        rows, cells = shape = spec.shape
        if rows * cells > MOST_CELLS:
            raise ValueError(f"a cube of {rows} x {cells} cells is too large")
        # Fine codes of one active axis are at hand for other views; two are worth joining.
        active = _terms(resident, spec.active, joined=len(spec.active) > 1)
        terms = _terms(resident, spec.view.axes, joined=True)
        measure = spec.view.measure
        if measure.aggregate is Aggregate.COUNT or measure.column is None:
            return cls(spec, shape, active, terms)
        numbers = resident.numbers(measure.column)
        kind = _kind(measure.aggregate, numbers)
        return cls(spec, shape, active, terms, kind, numbers.array, numbers.most, numbers.valid)

    @property
    def cells(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def present(self) -> list[Words]:
        """The filters its measure brings: nulls don't count."""
        return [] if self.valid is None else [self.valid]

    @property
    def additive(self) -> bool:
        """Whether a part of the rows can be taken away again, exactly."""
        return self.kind in (COUNT, SUM_INTEGER) and self.valid is None

    @property
    def empty(self) -> float:
        """What a cell's total is without any row."""
        return {LOW: np.inf, HIGH: -np.inf}.get(self.kind, 0)

    def cube(self, count: npt.NDArray[np.int64], total: npt.NDArray[Any] | None) -> Cube:
        """What was counted."""
        parts = {} if total is None else {_PARTS[self.kind]: total.reshape(self.shape)}
        return Cube(self.spec, count.reshape(self.shape), **parts)


def _kind(aggregate: Aggregate, numbers: Numbers) -> int:
    if aggregate in (Aggregate.MIN, Aggregate.MAX):
        return LOW if aggregate is Aggregate.MIN else HIGH
    return SUM_REAL if numbers.array.dtype.kind == "f" else SUM_INTEGER


@dataclass(frozen=True, eq=False)
class Group:
    """Cubes over the same rows: those that pass all of ``filters``, or the others where ``inverted``."""

    filters: list[Words]
    inverted: bool
    tallies: list[Tally] = field(default_factory=list)
