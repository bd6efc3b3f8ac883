"""Reading of several columns at once for profiles: a file of many columns is slow to open for each."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from datasets.storage.store import ProfileSource

BLOCK_VALUES = 1 << 20
"""How many values are in memory at once, if a block has several columns: as many as a bucket of an import."""


class ColumnBlock:
    """A few columns of a source, all rows of which are in memory."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self.schema: pa.Schema = table.schema
        self.row_count: int = table.num_rows

    def read_column(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        """Yield the values of a column from row ``start`` on.

        Raises:
            KeyError: there is no such column.
        """
        yield from self._table.column(column).slice(start).chunks

    def read_sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """Return all values, which are few."""
        return self._table.column(column).slice(0, rows)

    def read_batches(self, start: int = 0, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows from row ``start`` on, with these columns."""
        yield from self._table.select(columns or self.schema.names).slice(start).to_batches()


def split_columns(source: ProfileSource) -> Iterator[tuple[pa.Field, ProfileSource]]:
    """Yield each column with the source to read it from: the given one or, if it has few rows, a block."""
    fields = list(source.schema)
    width = BLOCK_VALUES // max(1, source.row_count)
    if width < 2:  # a block of one column would only take memory
        yield from ((field, source) for field in fields)
        return
    for first in range(0, len(fields), width):
        names = [field.name for field in fields[first : first + width]]
        batches = list(source.read_batches(columns=names))
        block = ColumnBlock(pa.Table.from_batches(batches).select(names))
        yield from ((field, block) for field in fields[first : first + width])
