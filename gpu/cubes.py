"""The requests and answers of an engine: axes, views, filters and the additive cube."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.scales import Scale
from gpu.wide_sums import Sums, WideSums


class Aggregate(StrEnum):
    """The statistic of a measure. ``MEAN`` is carried as count and sum, so that it stays additive."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True)
class MeasureSpec:
    """A statistic over the rows of a cell. ``column`` is a number column, or None for ``COUNT``."""

    aggregate: Aggregate = Aggregate.COUNT
    column: str | None = None


@dataclass(frozen=True)
class Axis:
    """A column on a scale, shown in ``bins`` bins; with ``bins=None`` every code is a bin of its own."""

    column: str
    scale: Scale
    bins: int | None = None

    @property
    def bin_lookup(self) -> npt.NDArray[np.uint16]:
        """Return the bin of each code, shape ``(scale.code_count,)``."""
        return self.scale.get_bin_lookup(self.bins)

    @property
    def cell_count(self) -> int:
        """Return the number of bins, including the special ones (below, above, other, null)."""
        return int(self.bin_lookup.max()) + 1


@dataclass(frozen=True)
class ViewSpec:
    """A distribution over no axis (a key figure), one (a histogram) or two (a density, y first)."""

    axes: tuple[Axis, ...]
    measure: MeasureSpec = MeasureSpec()

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(axis.cell_count for axis in self.axes)


@dataclass(frozen=True)
class Predicate:
    """A condition that a row passes if its code on ``scale`` is in one of the half-open ``ranges``."""

    column: str
    scale: Scale
    ranges: tuple[tuple[int, int], ...]


Filter = tuple[Predicate, ...]
"""A conjunction of predicates, by which one view filters. A box on a density has two predicates."""


@dataclass(frozen=True)
class AnyOf:
    """A filter that passes the rows that pass at least one of several conjunctions.

    An empty conjunction passes every row; without any alternative no row passes. Row rights are of this kind:
    each share that a person has allows the rows that meet its own condition.
    """

    alternatives: frozenset[Filter] = frozenset()


def is_unrestricted(filter_: Filter | AnyOf) -> bool:
    """Return whether every row passes, whatever its values."""
    return () in filter_.alternatives if isinstance(filter_, AnyOf) else not filter_


@dataclass(frozen=True)
class CubeSpec:
    """The specification of a cube: ``active`` axes (rows) x ``view`` (columns) over the rows that pass.

    A row passes if it passes every filter. ``active=()`` asks for a plain histogram, as a cube of one row.
    The spec is hashable, because it is the cache key.
    """

    view: ViewSpec
    active: tuple[Axis, ...] = ()
    filters: frozenset[Filter | AnyOf] = frozenset()

    @property
    def shape(self) -> tuple[int, int]:
        rows = int(np.prod([axis.cell_count for axis in self.active], dtype=np.int64))
        return rows, int(np.prod(self.view.shape, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Cube:
    """Partial aggregates, each of shape ``spec.shape`` (active rows x cells, the last axis fastest).

    ``count`` is the number of rows for ``COUNT``, otherwise the number of non-null values of the measure's
    column. ``sum`` is exact for integer columns, as int64 or as ``WideSums``, and float64 for others. ``low``
    and ``high`` are float64, +inf and -inf in empty cells.
    """

    spec: CubeSpec
    count: npt.NDArray[np.int64]
    sum: Sums | None = None
    low: npt.NDArray[np.float64] | None = None
    high: npt.NDArray[np.float64] | None = None

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self.list_arrays())

    def list_arrays(self) -> list[npt.NDArray[Any]]:
        """Return all arrays that the cube consists of."""
        sums = [self.sum.high, self.sum.low] if isinstance(self.sum, WideSums) else [self.sum]
        return [array for array in (self.count, *sums, self.low, self.high) if array is not None]


@dataclass
class CancelToken:
    """A flag that a running computation checks between blocks of rows. Any thread may call ``cancel``."""

    flag: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))

    def cancel(self) -> None:
        self.flag[0] = 1

    @property
    def is_cancelled(self) -> bool:
        return bool(self.flag[0])


class Cancelled(Exception):  # noqa: N818  (nothing went wrong)
    """A computation ended early, because nobody waits for its cubes any longer."""
