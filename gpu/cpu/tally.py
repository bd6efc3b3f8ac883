"""What counting one cube needs: its cell numbers as a sum of terms, and the numbers of its measure."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from gpu.cpu.bits import Words
from gpu.cpu.codes import Array
from gpu.cpu.joined import MOST_JOINED, lookups
from gpu.cpu.native.layout import COUNT, HIGH, LOW, SUM_INTEGER, SUM_PACKED, SUM_REAL
from gpu.cpu.numbers import Numbers
from gpu.cpu.resident import Resident
from gpu.cubes import Aggregate, Axis, CubeSpec

MOST_CELLS = 1 << 26
_SMALL = 2048
_COPIES = 4
MOST_SHIFT = 28
_LEAST_SHIFT = 18
"""With fewer rows to unpack after, packing doesn't pay."""


@dataclass(frozen=True, eq=False)
class Term:
    """A part of the cell number: ``lookup[code]``, or ``code * stride``."""

    codes: Array
    stride: int
    lookup: Array | None = None


def _terms(resident: Resident, axes: tuple[Axis, ...], stride: int, *, joined: bool) -> list[Term]:
    """What numbers the cells of these axes, which are ``stride`` apart.

    Joined codes cost the kernel one column; else every axis's codes are looked up.
    """
    if len(axes) == 1 and axes[0].bins is None:
        return [Term(resident.codes(axes[0]), stride)]
    if axes and joined and prod(axis.cells for axis in axes) <= MOST_JOINED:
        return [Term(resident.joined(axes), stride)]
    tables = [table * np.uint32(stride) for table in lookups(axes)]
    return [Term(resident.codes(axis), 0, table) for axis, table in zip(axes, tables, strict=True)]


@dataclass(frozen=True, eq=False)
class Tally:
    """One cube to count.

    Attributes:
        kind: what the kernel does.
        shift: where a packed sum begins.
        valid: the bits of the rows that have a number; None if all do.
    """

    spec: CubeSpec
    shape: tuple[int, int]
    terms: list[Term]
    kind: int = COUNT
    shift: int = 0
    numbers: Array | None = None
    valid: Words | None = None

    @classmethod
    def of(cls, spec: CubeSpec, resident: Resident) -> Tally:
        """What counting ``spec`` needs, made resident.

        Raises:
            ValueError: the cube is too large to count.
        """
        rows, cells = shape = spec.shape
        if rows * cells > MOST_CELLS:
            raise ValueError(f"a cube of {rows} x {cells} cells is too large")
        # Fine codes of one active axis are at hand for other views; two are worth joining.
        terms = _terms(resident, spec.active, cells, joined=len(spec.active) > 1)
        terms += _terms(resident, spec.view.axes, 1, joined=True)
        measure = spec.view.measure
        if measure.aggregate is Aggregate.COUNT or measure.column is None:
            return cls(spec, shape, terms)
        numbers = resident.numbers(measure.column)
        kind, shift = _kind(measure.aggregate, numbers)
        return cls(spec, shape, terms, kind, shift, numbers.array, numbers.valid)

    @property
    def cells(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def present(self) -> list[Words]:
        """The filters its measure brings: nulls don't count."""
        return [] if self.valid is None else [self.valid]

    @property
    def copies(self) -> int:
        """A small table is spread over several, so that adds to one cell need not wait for each other."""
        return _COPIES if self.cells <= _SMALL and self.terms else 1

    @property
    def additive(self) -> bool:
        """Whether a part of the rows can be taken away again, exactly."""
        return self.kind in (COUNT, SUM_INTEGER, SUM_PACKED) and self.valid is None

    @property
    def empty(self) -> float:
        """What a cell's total is without any row."""
        return {LOW: np.inf, HIGH: -np.inf}.get(self.kind, 0)


def _kind(aggregate: Aggregate, numbers: Numbers) -> tuple[int, int]:
    """What the kernel does, and how many bits of count a packed sum has below it."""
    if aggregate in (Aggregate.MIN, Aggregate.MAX):
        return (LOW if aggregate is Aggregate.MIN else HIGH), 0
    if numbers.array.dtype.kind == "f":
        return SUM_REAL, 0
    shift = min((62 - numbers.most.bit_length()) // 2, MOST_SHIFT)
    return (SUM_PACKED, shift) if shift >= _LEAST_SHIFT else (SUM_INTEGER, 0)


@dataclass(frozen=True, eq=False)
class Group:
    """Cubes over the same rows: those that pass all of ``filters``, or the others where ``inverted``."""

    filters: list[Words]
    inverted: bool
    tallies: list[Tally]
