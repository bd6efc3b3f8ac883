"""A dataset version on disk: a folder of Parquet files whose rows lie in random order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from gpu.engine import Source

BATCH_ROWS = 1 << 17
PART = "part-{:05d}.parquet"


def is_text(type_: pa.DataType) -> bool:
    """Whether a stored column of this type holds text, plain or dictionary-encoded."""
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_dictionary(type_))


class Stored(Source, Protocol):
    """Rows that can be profiled: those of a version, or a part of them.

    ``folder`` is where their secrets may lie: what is spilt while they are read goes there too.
    """

    @property
    def folder(self) -> Path: ...

    @property
    def schema(self) -> pa.Schema: ...

    def sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """The first ``rows`` values or a few more, all if there are fewer."""
        ...


class Store:
    """The rows of one version, always in the same order: the ``gpu.engine.Source`` an engine reads from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def files(self) -> list[Path]:
        """The Parquet files in row order.

        Raises:
            FileNotFoundError: the folder holds none.
        """
        files = sorted(self.folder.glob("part-*.parquet"))
        if not files:
            raise FileNotFoundError(f"{self.folder} holds no part-*.parquet files")
        return files

    @cached_property
    def schema(self) -> pa.Schema:
        return pq.read_schema(self.files[0])

    @cached_property
    def rows(self) -> int:
        return sum(pq.read_metadata(file).num_rows for file in self.files)

    def read(self, column: str) -> Iterator[pa.Array]:
        """The column's values in row order; text comes dictionary-encoded.

        Raises:
            KeyError: there is no such column.
        """
        if column not in self.schema.names:
            raise KeyError(column)
        text = [column] if is_text(self.schema.field(column).type) else None
        for file in self.files:
            with pq.ParquetFile(file, read_dictionary=text) as part:
                for batch in part.iter_batches(BATCH_ROWS, columns=[column]):
                    yield batch.column(column)

    def sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """The first ``rows`` values or a few more: a fair sample, since rows are shuffled."""
        chunks = list(islice(self.read(column), -(-rows // BATCH_ROWS)))
        return pa.chunked_array(chunks)
