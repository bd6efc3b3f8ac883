"""The protocol every engine fulfils: one engine holds one version of one dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Cancel, Cube, CubeSpec, Filter, View
from gpu.scales import Scale
from gpu.sort_order import Place, RowNumbers


class Source(Protocol):
    """Where an engine reads raw columns: the rows of a dataset version, always in the same order."""

    @property
    def rows(self) -> int: ...

    def read(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        """The column's values from row ``start`` on, in row order, in batches of any size.

        Raises:
            KeyError: there is no such column.
        """
        ...


class Engine(Protocol):
    """Codes in, cubes out. All methods may be called from many threads at once.

    Rows are only ever added behind the others. An answer is over the ``rows`` asked for, a range; None: all
    that there are when it is asked. Rows that nobody has appended yet raise ValueError.
    """

    name: str

    @property
    def rows(self) -> int: ...

    @property
    def nbytes(self) -> int:
        """Bytes resident: codes, measure values and filter bits."""
        ...

    def load(self, column: str, scale: Scale) -> None:
        """Make the codes of a column on a scale resident. Loading what is resident does nothing."""
        ...

    def append(self, batch: pa.RecordBatch) -> None:
        """Fold new rows into everything resident; the batch has every column that is resident."""
        ...

    def mask(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.bool_]:
        """Which rows pass every filter, shape ``(len(rows),)``."""
        ...

    def bits(self, filters: Sequence[Filter | AnyOf], rows: range | None = None) -> npt.NDArray[np.uint8]:
        """The same, eight rows a byte, the first row's the lowest bit; shape ``(ceil(len(rows) / 8),)``.

        Bits behind the last row are 0.

        Raises:
            ValueError: the rows begin at no multiple of 64.
        """
        ...

    def histogram(self, view: View, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        """The view over the rows that pass every filter: a cube of one row."""
        ...

    def cubes(
        self, specs: Sequence[CubeSpec], cancel: Cancel | None = None, rows: range | None = None
    ) -> list[Cube]:
        """One cube a spec, in order; specs that share rows or filters are computed in one pass.

        Raises:
            Cancelled: ``cancel`` was set before the last cube was complete.
        """
        ...


class Columns(Protocol):
    """Values by row, in memory: to sort by and to read. What is asked of a column is quick where it is held.

    Sorted rows come in the order of their values, equal ones in that of their numbers; those without a finite
    value come last, either way.
    """

    def holds(self, column: str) -> bool:
        """Whether it is here now; rows that were appended since may have to be added when it is used."""
        ...

    def held(self, columns: Iterable[str]) -> AbstractContextManager[frozenset[str]]:
        """Those of some columns that are here now; they stay until the block ends."""
        ...

    def fetch(self, column: str, *, spare: bool) -> None:
        """Let it be here, if numbers can have the order of its values and it takes less than half the memory.

        Args:
            spare: only if it takes no room that something else has.
        """
        ...

    def values(self, column: str, rows: RowNumbers) -> pa.Array:
        """The values of these rows, in the type of the column; null in place of NaN, too."""
        ...

    def keys(self, column: str, rows: RowNumbers) -> pa.Array:
        """An int64 for each of these rows, ascending with its value; null where there is no finite one."""
        ...

    def between(
        self,
        column: str,
        ends: tuple[Place | None, Place | None],
        filters: Sequence[Filter | AnyOf],
        rows: range | None = None,
        *,
        descending: bool,
    ) -> tuple[int, RowNumbers]:
        """Of the rows that pass every filter: how many come before the first end, and which are between both.

        The row at the first end is between, that at the other one isn't; None is the beginning, or the end,
        of all. Those found come in any order.
        """
        ...


@runtime_checkable
class Columnar(Protocol):
    """An engine that keeps columns."""

    columns: Columns


@runtime_checkable
class Assisted(Protocol):
    """An ordinary engine that leaves some views to another one."""

    ordinary: Engine

    def drawn_by(self, spec: CubeSpec) -> str | None:
        """Which engine answers this, unless it is the ordinary one."""
        ...


def drawn_by(engine: Engine, spec: CubeSpec) -> str | None:
    """Which engine answers this, unless it is the ordinary one."""
    return engine.drawn_by(spec) if isinstance(engine, Assisted) else None


def columns_of(engine: Engine) -> Columns | None:
    """The columns that an engine keeps, or its ordinary one; None if neither does."""
    ordinary = engine.ordinary if isinstance(engine, Assisted) else engine
    return ordinary.columns if isinstance(ordinary, Columnar) else None


def asked(rows: range | None, known: int) -> range:
    """The rows to answer for, of ``known`` ones.

    Raises:
        ValueError: they are not all there.
    """
    if rows is None:
        return range(known)
    if rows.step != 1 or not 0 <= rows.start <= rows.stop <= known:
        raise ValueError(f"{rows} was asked for where there are {known} rows")
    return rows
