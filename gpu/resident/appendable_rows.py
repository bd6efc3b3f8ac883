"""The raw rows of an engine: those of its source and, behind them, those appended since."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

import pyarrow as pa

from gpu.engine import Source

PIECE = 131_072
"""Rows encoded at a time."""


class Rows:
    """Reads any range of rows. Appended rows are kept until the source has them too, the newest for longer.

    What is resident is extended with those as soon as they are there, and the source may have to fetch them.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = Lock()
        self._types: dict[str, pa.DataType] = {}
        self.count = source.rows  # asked once: it may grow meanwhile
        self._tail: tuple[int, tuple[pa.RecordBatch, ...]] = (self.count, ())

    @property
    def nbytes(self) -> int:
        return sum(int(batch.nbytes) for batch in self._tail[1])

    def known_type(self, column: str) -> pa.DataType | None:
        """The type of a column, if something was read of it."""
        return self._types.get(column)

    def type_of(self, column: str) -> pa.DataType:
        """The type that a column is read in.

        Raises:
            KeyError: there is no such column.
        """
        if column not in self._types:
            next(self.read(column, 0, 0))
        return self._types[column]

    def append(self, batch: pa.RecordBatch) -> None:
        """Add rows behind the others.

        Raises:
            KeyError: a column is missing that was read before.
            ValueError: values don't fit the type their column has.
        """
        batch = self._cast(batch)
        with self._lock:
            first, batches = self._tail
            batches = (*batches, batch)
            while len(batches) > 1 and first + batches[0].num_rows <= self._source.rows:
                first, batches = first + batches[0].num_rows, batches[1:]
            self._tail = first, batches
            self.count += batch.num_rows

    def _cast(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with every column in the type it was read in before."""
        missing = set(self._types).difference(batch.schema.names)
        if missing:
            raise KeyError(f"the batch lacks {', '.join(sorted(missing))}")
        fields = [field.with_type(self._types.get(field.name, field.type)) for field in batch.schema]
        return batch.cast(pa.schema(fields))

    def read(self, column: str, start: int, stop: int) -> Iterator[tuple[int, pa.Array]]:
        """The values of the rows ``start <= row < stop`` in pieces, each with the number of its first row.

        Where there are no rows at all, an empty piece still tells the type.

        Raises:
            KeyError: there is no such column.
            ValueError: the column ends before ``stop``.
        """
        reached = start
        for row, values in self._arrays(column, start):
            if stop == 0:
                yield 0, values.slice(0, 0)
                return
            if row > reached:
                break
            yield from _pieces(values, row, reached, stop)
            reached = max(reached, row + len(values))
            if reached >= stop:
                return
        if reached < stop:
            raise ValueError(f"column {column!r} has {reached} rows where {stop} were expected")

    def _arrays(self, column: str, start: int) -> Iterator[tuple[int, pa.Array]]:
        """Arrays with their first rows; where the source has taken up appended rows, those come twice."""
        first, batches = self._tail
        row = start
        if start < first or first == 0:
            for values in self._source.read(column, start):
                self._types.setdefault(column, values.type)
                yield row, values
                row += len(values)
        row = first
        for batch in batches:
            yield row, batch.column(column)
            row += batch.num_rows


def _pieces(values: pa.Array, row: int, start: int, stop: int) -> Iterator[tuple[int, pa.Array]]:
    """The part of ``values``, whose first row is ``row``, that lies in the range, cut into pieces."""
    for low in range(max(row, start), min(row + len(values), stop), PIECE):
        high = min(low + PIECE, row + len(values), stop)
        yield low, values.slice(low - row, high - low)
