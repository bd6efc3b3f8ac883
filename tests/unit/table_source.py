"""Where the engines of the tests read from."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa


class TableSource:
    """A table in memory, read in the table's own chunks."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    @property
    def row_count(self) -> int:
        return self._table.num_rows

    def read_column(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        if column not in self._table.column_names:
            raise KeyError(column)
        values = self._table.column(column).slice(start)
        yield from values.chunks or [pa.array([], values.type)]
