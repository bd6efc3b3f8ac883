"""How many bytes rows take when they are decoded, and slices of rows of a limited size."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datasets.storage.store import is_text_type

Sizes = npt.NDArray[np.int64]

SLICE_BYTES = 1 << 24
"""How many bytes of rows are decoded together, and how many a page of rows can have."""
CELL_BYTES = 16
"""How many bytes a cell counts, besides those of its text: about what it takes as JSON or CSV."""


class OversizedSliceError(Exception):
    """The rows that were requested together take more bytes than a slice may have."""


class SliceBudget:
    """The bytes that may still be decoded for one slice. Thread-safe.

    Args:
        unlimited: whether nothing is counted; a slice of a single row can't be made smaller.
    """

    def __init__(self, *, unlimited: bool) -> None:
        self._left = SLICE_BYTES
        self._unlimited = unlimited
        self._lock = Lock()

    def spend_on(self, table: pa.Table) -> None:
        """Count the rows of a table, before they are decoded.

        Raises:
            OversizedSliceError: the slice has no room for them.
        """
        if self._unlimited:
            return
        size = int(measure_rows(table).sum())
        with self._lock:
            self._left -= size
            if self._left < 0:
                raise OversizedSliceError


def measure_rows(table: pa.Table) -> Sizes:
    """Return how many bytes each row takes when decoded, shape ``(rows,)``; no text is decoded for it."""
    sizes = np.full(table.num_rows, CELL_BYTES * table.num_columns, np.int64)
    for column in table.columns:
        if is_text_type(column.type):
            sizes += np.concatenate([np.zeros(0, np.int64), *map(_measure_texts, column.chunks)])
    return sizes


def split_rows(table: pa.Table) -> Iterator[pa.Table]:
    """Yield the rows in slices of at most ``SLICE_BYTES``; a longer row is a slice of its own."""
    ends = np.cumsum(measure_rows(table))
    start, before = 0, 0
    while start < table.num_rows:
        stop = max(start + 1, int(np.searchsorted(ends, before + SLICE_BYTES, side="right")))
        yield table.slice(start, stop - start)
        start, before = stop, int(ends[stop - 1])


def _measure_texts(texts: pa.Array) -> Sizes:
    """Return how many bytes each text has in UTF-8; one that is missing has none."""
    if pa.types.is_dictionary(texts.type):
        lengths = pc.binary_length(texts.dictionary).take(texts.indices)
    else:
        lengths = pc.binary_length(texts)
    sizes: Sizes = lengths.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return sizes
