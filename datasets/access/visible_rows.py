"""The rows of a version that a person may see, as if there were no others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datasets.storage.store import Stored


class VisibleRows:
    """The rows of a source that a mask lets through, in the source's order; the columns are all there.

    Args:
        source: the rows.
        mask: which of them are visible, shape ``(source.rows,)``.

    Raises:
        ValueError: the mask is of another number of rows.
    """

    def __init__(self, source: Stored, mask: npt.NDArray[np.bool_]) -> None:
        if mask.shape != (source.rows,):
            raise ValueError(f"a mask of {mask.size} rows can't tell which of {source.rows} are visible")
        self._source, self._mask = source, mask
        self.rows = int(np.count_nonzero(mask))

    @property
    def schema(self) -> pa.Schema:
        return self._source.schema

    def read(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        """The column's visible values from the visible row ``start`` on, in arrays that may be empty.

        Raises:
            KeyError: there is no such column.
        """
        row = self._row_of(start)
        for values in self._source.read(column, row):
            shown = values.filter(pa.array(self._mask[row : row + len(values)]))
            yield _alone(shown) if pa.types.is_dictionary(shown.type) else shown
            row += len(values)

    def _row_of(self, visible: int) -> int:
        """The row of the source that this many visible ones lie before."""
        if visible == 0:
            return 0
        shown = np.flatnonzero(self._mask)
        return int(shown[visible]) if visible < self.rows else self._mask.size

    def sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """The first ``rows`` visible values or a few more: a fair sample, since rows are shuffled."""
        chunks, found = [], 0
        for values in self.read(column):
            chunks.append(values)
            found += len(values)
            if found >= rows:
                break
        return pa.chunked_array(chunks)


def _alone(text: pa.DictionaryArray) -> pa.DictionaryArray:
    """The text with a dictionary of its own: the words of other rows stay where they are."""
    return text.dictionary_decode().dictionary_encode()
