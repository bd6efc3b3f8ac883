"""Access to the columns of a Parquet file, by their place: names in a file may be repeated."""

from __future__ import annotations

import os
import resource
import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from config import get_settings
from datasets.ingest.stored_types import TEXT, list_stored_types

BATCH_ROWS = 1 << 16
SHARED_ENCODINGS = {"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"}
"""The encodings of text that Arrow can read as a dictionary."""
READ_ERRORS = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What pyarrow raises for a file, or a part of one, that it can't read."""


class ParquetColumns:
    """The columns of an open Parquet file; ``places`` are positions in ``schema``.

    Where the encoding allows it, text is read as dictionaries, so that a long text in every row is in memory
    only once. ``expanding_sizes`` has the other text columns, with the unpacked size of their largest chunk.
    """

    def __init__(self, parquet: pq.ParquetFile, expanding_sizes: dict[str, int]) -> None:
        self._parquet, self._expanding_sizes = parquet, expanding_sizes
        self.schema: pa.Schema = parquet.schema_arrow
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self.schema.names):
            self._places[name].append(place)

    def read_batches(self, places: Sequence[int], *, checked: bool) -> Iterator[list[pa.Array]]:
        """Yield the values of these columns, a list of arrays for each batch of rows.

        Args:
            places: which columns.
            checked: whether it is known that no text is longer than the settings allow.
        """
        names = sorted({self.schema.names[place] for place in places})
        rows = min((self._count_batch_rows(name, checked) for name in names), default=BATCH_ROWS)
        for batch in self._parquet.iter_batches(rows, columns=names):
            arrays = defaultdict(list)
            for name, values in zip(batch.schema.names, batch.columns, strict=True):
                arrays[name].append(values)
            found = {
                place: values
                for name in names
                for place, values in zip(self._places[name], arrays[name], strict=True)
            }
            yield [found[place] for place in places]

    def _count_batch_rows(self, name: str, checked: bool) -> int:
        """Return how many rows to read at once: few where each row may repeat the text of the row before."""
        if name not in self._expanding_sizes:
            return BATCH_ROWS
        settings = get_settings()
        longest = settings.import_text if checked else max(1, self._expanding_sizes[name])
        return min(BATCH_ROWS, max(1, settings.import_block // longest))


@contextmanager
def open_columns(file: Path, int96_unit: Literal["us", "ms"] = "us") -> Iterator[ParquetColumns]:
    """Open a Parquet file.

    Times of the old type INT96 are read in ``int96_unit``: milliseconds reach any year that INT96 can hold,
    but microseconds wrap around beyond the year 292,000.
    """
    with pq.ParquetFile(file) as parquet:
        metadata, texts = parquet.metadata, _list_text_names(parquet.schema_arrow)
    expanding_sizes = _measure_expanding_texts(metadata, texts)
    shared = sorted(texts - set(expanding_sizes))
    with pq.ParquetFile(
        file, metadata=metadata, read_dictionary=shared, coerce_int96_timestamp_unit=int96_unit
    ) as parquet:
        yield ParquetColumns(parquet, expanding_sizes)


def list_chunks(metadata: pq.FileMetaData, names: set[str]) -> Iterator[tuple[int, pq.ColumnChunkMetaData]]:
    """Yield the chunks of the columns with these names, each with the number of its row group."""
    places = [place for place, path in enumerate(_list_paths(metadata)) if path in names]
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        yield from ((number, group.column(place)) for place in places)


def can_list_chunks(metadata: pq.FileMetaData) -> bool:
    """Return whether the chunks of a file can be described.

    pyarrow ends the process where a description is encrypted or damaged, so a child process tries it first.
    """
    child = os.fork()
    if child == 0:
        try:
            _silence_crash()
            for _, chunk in list_chunks(metadata, set(_list_paths(metadata))):
                _ = chunk.path_in_schema, chunk.encodings, chunk.total_uncompressed_size
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _silence_crash() -> None:
    """Let this process end without a word if it crashes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGABRT, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _list_paths(metadata: pq.FileMetaData) -> list[str]:
    return [metadata.schema.column(place).path for place in range(metadata.num_columns)]


def _list_text_names(schema: pa.Schema) -> set[str]:
    return {field.name for field in schema if list_stored_types(field.type) == (TEXT,)}


def _measure_expanding_texts(metadata: pq.FileMetaData, texts: set[str]) -> dict[str, int]:
    """Return the text columns that can't be read as dictionaries, with the size of their largest chunk."""
    sizes: dict[str, int] = defaultdict(int)
    expanding = set()
    for _, chunk in list_chunks(metadata, texts):
        name = chunk.path_in_schema
        sizes[name] = max(sizes[name], chunk.total_uncompressed_size)
        if not set(chunk.encodings) <= SHARED_ENCODINGS:
            expanding.add(name)
    return {name: sizes[name] for name in expanding}
