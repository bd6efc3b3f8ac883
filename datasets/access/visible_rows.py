"""The rows of a version that a person may see, as if there were no others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datasets.storage.store import ProfileSource


class VisibleRows:
    """The rows of a source that a mask lets through, in the order of the source, with all columns.

    Args:
        source: the rows.
        mask: which of them are visible, shape ``(source.row_count,)``.

    Raises:
        ValueError: the mask has another number of rows.
    """

    def __init__(self, source: ProfileSource, mask: npt.NDArray[np.bool_]) -> None:
        if mask.shape != (source.row_count,):
            raise ValueError(f"the mask has {mask.size} rows, but the source has {source.row_count}")
        self._source, self._mask = source, mask
        self.row_count = int(np.count_nonzero(mask))

    @property
    def schema(self) -> pa.Schema:
        return self._source.schema

    def read_column(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        """Yield the visible values of a column from visible row ``start`` on, in arrays that may be empty.

        Raises:
            KeyError: there is no such column.
        """
        row = self._source_row(start)
        for values in self._source.read_column(column, row):
            shown = values.filter(pa.array(self._mask[row : row + len(values)]))
            yield _with_own_dictionary(shown)
            row += len(values)

    def read_batches(self, start: int = 0, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the visible rows from visible row ``start`` on, in batches that may be empty."""
        row = self._source_row(start)
        for batch in self._source.read_batches(row, columns):
            shown = batch.filter(pa.array(self._mask[row : row + batch.num_rows]))
            yield pa.record_batch(list(map(_with_own_dictionary, shown.columns)), schema=shown.schema)
            row += batch.num_rows

    def _source_row(self, visible: int) -> int:
        """Return the row of the source with this many visible rows before it."""
        if visible == 0:
            return 0
        shown = np.flatnonzero(self._mask)
        return int(shown[visible]) if visible < self.row_count else self._mask.size

    def read_sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """Return the first ``rows`` visible values or a few more: a fair sample, as rows are shuffled."""
        chunks, found = [], 0
        for values in self.read_column(column):
            chunks.append(values)
            found += len(values)
            if found >= rows:
                break
        return pa.chunked_array(chunks)


def _with_own_dictionary(values: pa.Array) -> pa.Array:
    """Return text with a dictionary of its own, so that it doesn't contain the values of hidden rows."""
    if not pa.types.is_dictionary(values.type):
        return values
    return values.dictionary_decode().dictionary_encode()
