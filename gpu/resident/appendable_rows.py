"""The raw rows of an engine: the rows of its source, followed by the rows appended since."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

import pyarrow as pa

from gpu.engine import Source

PIECE_ROWS = 131_072
"""The number of rows encoded at a time."""


class AppendableRows:
    """The rows of a source and appended rows, of which any range can be read.

    Appended batches are kept until the source contains them, the newest batch for longer: resident data is
    extended as soon as rows are appended, and reading them from the source may be slow.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = Lock()
        self._types: dict[str, pa.DataType] = {}
        self.row_count = source.row_count  # read once, because the source may grow meanwhile
        self._tail: tuple[int, tuple[pa.RecordBatch, ...]] = (self.row_count, ())

    @property
    def nbytes(self) -> int:
        return sum(int(batch.nbytes) for batch in self._tail[1])

    def find_type(self, column: str) -> pa.DataType | None:
        """Return the type of a column; None if nothing of it has been read yet."""
        return self._types.get(column)

    def get_type(self, column: str) -> pa.DataType:
        """Return the type in which a column is read.

        Raises:
            KeyError: There is no such column.
        """
        if column not in self._types:
            next(self.read_pieces(column, 0, 0))
        return self._types[column]

    def append_batch(self, batch: pa.RecordBatch) -> None:
        """Append rows.

        Raises:
            KeyError: A column is missing that was read before.
            ValueError: Values don't fit the type of their column.
        """
        batch = self._cast(batch)
        with self._lock:
            first, batches = self._tail
            batches = (*batches, batch)
            while len(batches) > 1 and first + batches[0].num_rows <= self._source.row_count:
                first, batches = first + batches[0].num_rows, batches[1:]
            self._tail = first, batches
            self.row_count += batch.num_rows

    def _cast(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with every column in the type in which it was read before."""
        missing = set(self._types).difference(batch.schema.names)
        if missing:
            raise KeyError(f"the batch lacks {', '.join(sorted(missing))}")
        fields = [field.with_type(self._types.get(field.name, field.type)) for field in batch.schema]
        return batch.cast(pa.schema(fields))

    def read_pieces(self, column: str, start: int, stop: int) -> Iterator[tuple[int, pa.Array]]:
        """Yield the values of the rows ``start <= row < stop`` in pieces, each with its first row number.

        If there are no rows at all, an empty piece still gives the type.

        Raises:
            KeyError: There is no such column.
            ValueError: The column ends before ``stop``.
        """
        reached = start
        for row, values in self._read_arrays(column, start):
            if stop == 0:
                yield 0, values.slice(0, 0)
                return
            if row > reached:
                break
            yield from _split_pieces(values, row, reached, stop)
            reached = max(reached, row + len(values))
            if reached >= stop:
                return
        if reached < stop:
            raise ValueError(f"column {column!r} has {reached} rows, expected {stop}")

    def _read_arrays(self, column: str, start: int) -> Iterator[tuple[int, pa.Array]]:
        """Yield arrays with their first row numbers.

        Appended rows come twice if the source contains them by now.
        """
        first, batches = self._tail
        row = start
        if start < first or first == 0:
            for values in self._source.read_column(column, start):
                self._types.setdefault(column, values.type)
                yield row, values
                row += len(values)
        row = first
        for batch in batches:
            yield row, batch.column(column)
            row += batch.num_rows


def _split_pieces(values: pa.Array, row: int, start: int, stop: int) -> Iterator[tuple[int, pa.Array]]:
    """Yield the part of ``values`` that is in the range, in pieces; ``row`` is the first value's row."""
    for low in range(max(row, start), min(row + len(values), stop), PIECE_ROWS):
        high = min(low + PIECE_ROWS, row + len(values), stop)
        yield low, values.slice(low - row, high - low)
