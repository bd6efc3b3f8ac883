"""The protocol of an engine. One engine holds one version of one dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, CancelToken, Cube, CubeSpec, Filter, ViewSpec
from gpu.scales import Scale
from gpu.sort_order import RowNumbers, SortPosition


class Source(Protocol):
    """The place where an engine reads raw columns: a dataset version, whose rows keep their order."""

    @property
    def row_count(self) -> int: ...

    def read_column(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        """Return the column's values from row ``start`` on, in row order, in batches of any size.

        Raises:
            KeyError: There is no such column.
        """
        ...


class Engine(Protocol):
    """An engine computes cubes from the codes of columns. Its methods are safe to call from many threads.

    Rows are only ever appended. ``rows`` is the range of rows that an answer covers; None means all rows that
    exist at the time of the call. Rows that have not been appended yet raise ValueError.
    """

    name: str

    @property
    def row_count(self) -> int: ...

    @property
    def nbytes(self) -> int:
        """Return the number of resident bytes: codes, measure values and filter bits."""
        ...

    def load_codes(self, column: str, scale: Scale) -> None:
        """Make the codes of a column on a scale resident; do nothing if they already are."""
        ...

    def append_rows(self, batch: pa.RecordBatch) -> None:
        """Append rows and extend everything that is resident. The batch has every column that is resident."""
        ...

    def compute_mask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.bool_]:
        """Return which rows pass every filter, shape ``(len(rows),)``."""
        ...

    def compute_bitmask(
        self, filters: Sequence[Filter | AnyOf], rows: range | None = None
    ) -> npt.NDArray[np.uint8]:
        """Return which rows pass every filter as bits, eight rows per byte, the first row in the lowest bit.

        The shape is ``(ceil(len(rows) / 8),)``. Bits after the last row are 0.

        Raises:
            ValueError: The first row is not a multiple of 64.
        """
        ...

    def compute_histogram(self, view: ViewSpec, filters: Sequence[Filter | AnyOf] = ()) -> Cube:
        """Return the view over the rows that pass every filter, as a cube of one row."""
        ...

    def compute_cubes(
        self, specs: Sequence[CubeSpec], cancel: CancelToken | None = None, rows: range | None = None
    ) -> list[Cube]:
        """Return one cube per spec, in order. Specs that share rows or filters are computed in one pass.

        Raises:
            Cancelled: ``cancel`` was set before the last cube was complete.
        """
        ...


class ColumnStore(Protocol):
    """Columns in memory, to sort rows by and to read values from. Calls are fast for columns that are held.

    Sorted rows are in the order of their values; equal values are in the order of their row numbers. Rows
    without a finite value come last, in ascending and in descending order.
    """

    def has_column(self, column: str) -> bool:
        """Return whether the column is in memory now, if perhaps without the newest rows.

        These are added when the column is next used.
        """
        ...

    def pin_columns(self, columns: Iterable[str]) -> AbstractContextManager[frozenset[str]]:
        """Return those of the columns that are in memory now; they stay there until the block ends."""
        ...

    def load_column(self, column: str, *, if_free: bool) -> None:
        """Load a column if its values can be sorted as numbers and need less than half of the memory limit.

        Args:
            if_free: Load it only if nothing else has to be evicted for it.
        """
        ...

    def get_values(self, column: str, rows: RowNumbers) -> pa.Array:
        """Return the values of these rows in the type of the column. NaN becomes null."""
        ...

    def get_sort_keys(self, column: str, rows: RowNumbers) -> pa.Array:
        """Return an int64 for each of these rows, ascending with its value; null without a finite value."""
        ...

    def find_rows_between(
        self,
        column: str,
        ends: tuple[SortPosition | None, SortPosition | None],
        filters: Sequence[Filter | AnyOf],
        rows: range | None = None,
        *,
        descending: bool,
    ) -> tuple[int, RowNumbers]:
        """Return how many passing rows come before the first bound, and which are between both bounds.

        A passing row passes every filter. The row at the first bound is included, the row at the second is
        not. A bound of None is the beginning, or the end, of all rows. The rows are returned in any order.
        """
        ...


@runtime_checkable
class HasColumns(Protocol):
    """An engine that keeps columns in memory."""

    columns: ColumnStore


@runtime_checkable
class HasFallback(Protocol):
    """An engine that leaves the cubes it can't compute to a fallback engine."""

    fallback: Engine

    def engine_name_for(self, spec: CubeSpec) -> str | None:
        """Return the name of the engine that computes this cube; None if it is the fallback engine."""
        ...


def engine_name_for(engine: Engine, spec: CubeSpec) -> str | None:
    """Return the name of the engine that computes this cube; None if it is the fallback, or the only one."""
    return engine.engine_name_for(spec) if isinstance(engine, HasFallback) else None


def get_column_store(engine: Engine) -> ColumnStore | None:
    """Return the columns that the engine or its fallback keeps in memory; None if neither does."""
    holder = engine.fallback if isinstance(engine, HasFallback) else engine
    return holder.columns if isinstance(holder, HasColumns) else None


def resolve_rows(rows: range | None, total: int) -> range:
    """Return the range of rows to answer for, out of ``total`` rows.

    Raises:
        ValueError: Some of the rows don't exist.
    """
    if rows is None:
        return range(total)
    if rows.step != 1 or not 0 <= rows.start <= rows.stop <= total:
        raise ValueError(f"{rows} isn't within the {total} rows that exist")
    return rows
