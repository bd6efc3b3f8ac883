"""What an engine is asked for and what it answers: axes, views, filters and the additive cube."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.scales import Scale


class Aggregate(StrEnum):
    """The statistic of a measure. ``MEAN`` is carried as count and sum, so that it stays additive."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True)
class Measure:
    """A statistic over the rows of a cell; ``column`` is a number column, or None for ``COUNT``."""

    aggregate: Aggregate = Aggregate.COUNT
    column: str | None = None


@dataclass(frozen=True)
class Axis:
    """A column on a scale, shown in ``bins`` bins; ``bins=None`` keeps every code of the scale apart."""

    column: str
    scale: Scale
    bins: int | None = None

    @property
    def lookup(self) -> npt.NDArray[np.uint16]:
        """Code -> bin, shape ``(scale.codes,)``."""
        return self.scale.coarsen(self.bins)

    @property
    def cells(self) -> int:
        """How many bins there are, the special ones (below, above, other, null) included."""
        return int(self.lookup.max()) + 1


@dataclass(frozen=True)
class View:
    """A distribution over no axis (a key figure), one (a histogram) or two (a density, y first)."""

    axes: tuple[Axis, ...]
    measure: Measure = Measure()

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(axis.cells for axis in self.axes)


@dataclass(frozen=True)
class Predicate:
    """The rows whose code of ``column`` on ``scale`` lies in one of the half-open ``ranges``."""

    column: str
    scale: Scale
    ranges: tuple[tuple[int, int], ...]


Filter = tuple[Predicate, ...]
"""A conjunction of predicates: what one view filters by. A box on a density has two."""


@dataclass(frozen=True)
class AnyOf:
    """The rows that pass one of several conjunctions at least: of an empty one all, of none no row.

    Row rights are of this kind: what several shares show, each on a condition of its own.
    """

    alternatives: frozenset[Filter] = frozenset()


def passes_all(filter_: Filter | AnyOf) -> bool:
    """Whether every row passes, whatever it holds."""
    return () in filter_.alternatives if isinstance(filter_, AnyOf) else not filter_


@dataclass(frozen=True)
class CubeSpec:
    """One cube: ``active`` axes (rows) x ``view`` (columns) over the rows that pass every filter.

    ``active=()`` asks for a plain histogram, as a cube of one row. The spec is hashable: it is the cache key.
    """

    view: View
    active: tuple[Axis, ...] = ()
    filters: frozenset[Filter | AnyOf] = frozenset()

    @property
    def shape(self) -> tuple[int, int]:
        rows = int(np.prod([axis.cells for axis in self.active], dtype=np.int64))
        return rows, int(np.prod(self.view.shape, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Cube:
    """Partial aggregates, each of shape ``spec.shape`` (active rows x cells, the last axis fastest).

    ``count`` counts rows for a ``COUNT`` and non-null values of the measure's column otherwise. ``sum`` is
    int64 for integer columns and float64 for the others; ``low`` and ``high`` are float64, +inf and -inf
    where a cell is empty.
    """

    spec: CubeSpec
    count: npt.NDArray[np.int64]
    sum: npt.NDArray[Any] | None = None
    low: npt.NDArray[np.float64] | None = None
    high: npt.NDArray[np.float64] | None = None

    @property
    def nbytes(self) -> int:
        parts = (self.count, self.sum, self.low, self.high)
        return sum(part.nbytes for part in parts if part is not None)


@dataclass
class Cancel:
    """A flag a running computation looks at between blocks of rows; ``set`` may come from any thread."""

    flag: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))

    def set(self) -> None:
        self.flag[0] = 1

    @property
    def is_set(self) -> bool:
        return bool(self.flag[0])


class Cancelled(Exception):  # noqa: N818  (nothing went wrong)
    """Nobody waits for this cube any longer."""
