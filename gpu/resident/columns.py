"""Columns in memory, to sort rows by and to read values from."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Filter
from gpu.engine import resolve_rows
from gpu.resident import sort_columns
from gpu.resident.backend import ComputeBackend
from gpu.resident.encoder import ColumnEncoder
from gpu.resident.numeric_column import NumericColumn
from gpu.resident.request_context import pin_resident
from gpu.resident.sort_columns import TooManyTextsError
from gpu.sort_order import RowNumbers, SortableColumn, SortPosition, encode_bounds

Gathered = tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]


class ResidentColumns:
    """The columns of one dataset version as a ``gpu.engine.ColumnStore``, in the cache that engines share."""

    def __init__(self, encoder: ColumnEncoder, backend: ComputeBackend) -> None:
        self._encoder, self._backend = encoder, backend
        self._oversized_columns: set[str] = set()

    def has_column(self, column: str) -> bool:
        key = self._cache_key(column)
        return key is not None and self._encoder.cache.has_entry(self._encoder.rows, key)

    @contextmanager
    def pin_columns(self, columns: Iterable[str]) -> Iterator[frozenset[str]]:
        with self._encoder.open_lease() as lease:
            keys = {column: self._cache_key(column) for column in columns}
            yield frozenset(column for column, key in keys.items() if key and lease.pin_existing(key))

    def load_column(self, column: str, *, if_free: bool) -> None:
        limit = self._encoder.cache.max_bytes
        room = limit - self._encoder.cache.nbytes if if_free else limit // 2
        if column in self._oversized_columns or self.has_column(column) or not self._fits(column, room):
            return
        try:
            with pin_resident(self._encoder, self._encoder.rows.row_count) as context:
                context.get_sort_column(column)
        except TooManyTextsError:
            self._oversized_columns.add(column)

    def get_values(self, column: str, rows: RowNumbers) -> pa.Array:
        with pin_resident(self._encoder, self._encoder.rows.row_count) as context:
            numeric = context.get_sort_column(column)
            values = numeric.to_arrow(*self._gather_values(numeric, rows))
        kind = self._encoder.rows.get_type(column)
        return values if sort_columns.is_text_type(kind) else values.cast(kind)

    def get_sort_keys(self, column: str, rows: RowNumbers) -> pa.Array:
        with pin_resident(self._encoder, self._encoder.rows.row_count) as context:
            numeric = context.get_sort_column(column)
            return sort_columns.to_arrow_keys(*self._gather_values(numeric, rows), numeric.get_ranks())

    def find_rows_between(
        self,
        column: str,
        ends: tuple[SortPosition | None, SortPosition | None],
        filters: Sequence[Filter | AnyOf],
        rows: range | None = None,
        *,
        descending: bool,
    ) -> tuple[int, RowNumbers]:
        selected = resolve_rows(rows, self._encoder.rows.row_count)
        with pin_resident(self._encoder, selected.stop) as context:
            bits, values = context.list_filter_bits(filters), _to_sortable(context.get_sort_column(column))
            return self._backend.find_rows_between(
                values, bits, encode_bounds(*ends, descending=descending), selected
            )

    def _gather_values(self, numeric: NumericColumn, rows: RowNumbers) -> Gathered:
        return self._backend.gather_values(_to_sortable(numeric), rows)

    def _fits(self, column: str, room: int) -> bool:
        """Return whether the column can be kept in so many bytes."""
        width = sort_columns.value_width(self._encoder.rows.get_type(column))
        return width is not None and width * self._encoder.rows.row_count <= room

    def _cache_key(self, column: str) -> Hashable | None:
        """Return the key of the column's entry; None if nothing of the column has been read yet."""
        kind = self._encoder.rows.find_type(column)
        return None if kind is None else (sort_columns.column_class_for(kind), column)


def _to_sortable(numeric: NumericColumn) -> SortableColumn:
    """Return the column for sorting.

    The ranks are read last: texts may have been added by now that the numbers don't refer to yet.
    """
    return SortableColumn(numeric.array, numeric.valid_bits, numeric.get_ranks())
