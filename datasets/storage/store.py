"""The rows of a dataset version on disk: a folder of Parquet files, which are normally encrypted.

The imported rows come first, in random order, followed by the appended rows in the order in which they
arrived.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, islice
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasets.storage.encryption import UnreadableDatasetError, decryption_properties, encryption_properties
from datasets.storage.locks import shared_lock
from datasets.storage.prefetch import prefetch_results
from db.keys.key_ring import UnwrappedKey
from gpu.engine import Source

BATCH_ROWS = 1 << 17
ROW_GROUP_ROWS = 1 << 17
GROUPS_PER_READ = 2
"""Row groups of a column that are read together; the first is read alone, because many need no more."""
NUMBER_BYTES = 8
"""How many bytes a number takes in memory, however few it takes in a file."""
US_PER_MS, MS_PER_DAY = 1000, 86_400_000
PART_FILE_NAME = "part-{:05d}.parquet"


def is_text_type(type_: pa.DataType) -> bool:
    """Return whether a stored column of this type contains text, plain or dictionary-encoded."""
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_dictionary(type_))


def finite_values(values: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Return the finite values of a stored column as floats; times are milliseconds since 1970 (UTC)."""
    present, unit = values.drop_null(), 1.0
    if pa.types.is_timestamp(present.type):
        present, unit = present.cast(pa.int64()), float(US_PER_MS)
    if pa.types.is_date(present.type):
        present = pc.multiply(present.cast(pa.int32()).cast(pa.int64()), MS_PER_DAY)
    numbers: npt.NDArray[np.float64] = np.asarray(present).astype(np.float64) / unit
    return numbers[np.isfinite(numbers)]


@dataclass(frozen=True)
class AppendedFile:
    """A file of appended rows, with ``rows_from`` rows before them; ``file`` is None if it has no rows."""

    id: int
    file: str | None
    rows_from: int
    rows: int


@dataclass(frozen=True)
class RowGroup:
    """Rows of a version that are stored together in a file and read together."""

    file: str
    number: int
    rows: range


class ProfileSource(Source, Protocol):
    """Rows that can be profiled: those of a version, or a part of them."""

    @property
    def schema(self) -> pa.Schema: ...

    def read_sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """Return the first ``rows`` values or a few more; all of them if there are fewer."""
        ...

    def read_batches(self, start: int = 0, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows from row ``start`` on, with these columns; at least one batch."""
        ...


class Store:
    """The rows of one version, always in the same order; implements ``gpu.engine.Source``.

    Reading raises ``UnreadableDatasetError`` if a file was altered, or was written with another key.

    Args:
        folder: the folder of the version.
        key: the key of its files; None if they are not encrypted.
        appended: returns the files of appended rows in row order, none of them empty; called when they are
            first needed.
    """

    def __init__(
        self, folder: Path, key: UnwrappedKey | None = None, appended: Callable[[], list[AppendedFile]] = list
    ) -> None:
        self.folder = folder
        self.key = key
        self._list_appended = appended

    @property
    def key_id(self) -> str | None:
        return self.key.id if self.key else None

    @contextmanager
    def pin_version(self) -> Iterator[Store]:
        """Yield the store to read from within the block: its files stay until the block ends."""
        yield self

    @cached_property
    def imported_files(self) -> list[Path]:
        """The Parquet files of the imported rows, in row order.

        Raises:
            FileNotFoundError: the folder contains none.
        """
        files = sorted(self.folder.glob("part-*.parquet"))
        if not files:
            raise FileNotFoundError(f"{self.folder} holds no part-*.parquet files")
        return files

    @cached_property
    def appended_files(self) -> list[AppendedFile]:
        return self._list_appended()

    @cached_property
    def schema(self) -> pa.Schema:
        with self._open_file(self.imported_files[0]) as part:
            return part.schema_arrow

    @cached_property
    def row_count(self) -> int:
        if self.appended_files:
            return self.appended_files[-1].rows_from + self.appended_files[-1].rows
        return sum(map(self._count_rows, self.imported_files))

    @cached_property
    def row_groups(self) -> list[RowGroup]:
        """All row groups, in row order."""
        found: list[RowGroup] = []
        for name in [
            *(file.name for file in self.imported_files),
            *(str(part.file) for part in self.appended_files),
        ]:
            for number, rows in enumerate(self._row_group_sizes(self.folder / name)):
                start = found[-1].rows.stop if found else 0
                found.append(RowGroup(name, number, range(start, start + rows)))
        return found

    def read_row_group(self, group: RowGroup, columns: list[str]) -> pa.Table:
        """Return these columns of a row group; text is dictionary-encoded."""
        with self._open_file(self.folder / group.file, self._text_columns) as part:
            return part.read_row_group(group.number, columns)

    @contextmanager
    def open_row_group(
        self, group: RowGroup, columns: list[str], batch_bytes: int
    ) -> Iterator[Iterator[pa.RecordBatch]]:
        """Open these columns of a row group, in batches of about ``batch_bytes``; text is dictionary-encoded.

        The file stays open for as long as the context, so it can be read even if it is deleted meanwhile.
        """
        with self._open_file(self.folder / group.file, self._text_columns) as part:
            rows = _count_batch_rows(part, group.number, columns, batch_bytes)
            yield part.iter_batches(rows, row_groups=[group.number], columns=columns)

    def read_column(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        """Yield the values of a column from row ``start`` on, in row order; text is dictionary-encoded.

        Raises:
            KeyError: there is no such column.
        """
        if column not in self.schema.names:
            raise KeyError(column)
        for chunks in prefetch_results(
            partial(self._read_row_groups, column, *run) for run in self._row_group_runs(start)
        ):
            for chunk in chunks:
                yield from (chunk.slice(row, BATCH_ROWS) for row in range(0, len(chunk), BATCH_ROWS))

    def read_batches(self, start: int = 0, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows from row ``start`` on, with these columns; text is dictionary-encoded."""
        for file, before in self._files_from(start):
            row = 0
            with self._open_file(file, self._text_columns) as part:
                for batch in part.iter_batches(BATCH_ROWS, columns=columns):
                    row += batch.num_rows
                    if row > before:
                        yield batch.slice(max(0, before - row + batch.num_rows))

    def read_sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """Return the first ``rows`` values or a few more: a fair sample, as imported rows are shuffled."""
        chunks = list(islice(self.read_column(column), -(-rows // BATCH_ROWS)))
        return pa.chunked_array(chunks)

    def read_imported_files(self) -> Iterator[pa.Table]:
        """Yield the imported rows, one file at a time."""
        for file in self.imported_files:
            with self._open_file(file) as part:
                yield part.read()

    def read_file(self, file: str) -> pa.Table:
        """Return all rows of one file."""
        with self._open_file(self.folder / file) as part:
            return part.read()

    def write_part(self, number: int, rows: pa.Table) -> None:
        """Write the file of imported rows with this number."""
        self.write_file(PART_FILE_NAME.format(number), rows)

    def write_file(self, name: str, rows: pa.Table) -> None:
        """Write rows to a file of this name, encrypted if the store has a key."""
        file = self.folder / name
        pq.write_table(
            rows,
            file,
            row_group_size=ROW_GROUP_ROWS,
            compression="zstd",
            compression_level=1,
            encryption_properties=encryption_properties(self.key, file),
        )

    @property
    def _text_columns(self) -> list[str]:
        return [field.name for field in self.schema if is_text_type(field.type)]

    def _files_from(self, start: int) -> Iterator[tuple[Path, int]]:
        """Yield the files with rows from ``start`` on, each with how many of its rows come before it."""
        if not (self.appended_files and start >= self.appended_files[0].rows_from):
            yield from self._imported_files_from(start)
        for part in self.appended_files:
            if part.rows_from + part.rows > start:
                yield self.folder / str(part.file), max(0, start - part.rows_from)

    def _row_group_runs(self, start: int) -> Iterator[tuple[Path, range, int]]:
        """Yield row groups to read together: file, group numbers, and how many rows come before ``start``."""
        size = 1
        for file, before in self._files_from(start):
            ends = [0, *accumulate(self._row_group_sizes(file))]
            group = bisect_right(ends, before) - 1
            while group < len(ends) - 1:
                groups = range(group, min(group + size, len(ends) - 1))
                yield file, groups, max(0, before - ends[group])
                group, size = groups.stop, GROUPS_PER_READ

    def _read_row_groups(self, column: str, file: Path, groups: range, before: int) -> list[pa.Array]:
        with self._open_file(file, self._text_columns) as part:
            read = part.read_row_groups(list(groups), [column], use_threads=False)
        chunks: list[pa.Array] = read.column(0).slice(before).chunks
        return chunks

    def _imported_files_from(self, start: int) -> Iterator[tuple[Path, int]]:
        row = 0
        for file in self.imported_files:
            rows = self._count_rows(file) if row < start else 0
            if row + rows > start or row >= start:
                yield file, max(0, start - row)
            row += rows

    def _count_rows(self, file: Path) -> int:
        with self._open_file(file) as part:
            return int(part.metadata.num_rows)

    def _row_group_sizes(self, file: Path) -> list[int]:
        """Return how many rows each row group of a file has."""
        with self._open_file(file) as part:
            groups = part.metadata.num_row_groups
            return [part.metadata.row_group(number).num_rows for number in range(groups)]

    @contextmanager
    def _open_file(self, file: Path, text: list[str] | None = None) -> Iterator[pq.ParquetFile]:
        try:
            with pq.ParquetFile(
                file, read_dictionary=text, decryption_properties=decryption_properties(self.key, file)
            ) as part:
                yield part
        except (OSError, pa.ArrowException) as error:
            place = f"{self.folder.parent.name}/{self.folder.name}/{file.name}"
            raise UnreadableDatasetError(
                f"{place} can't be read: it was altered, or written with another key."
            ) from error


def _count_batch_rows(part: pq.ParquetFile, number: int, columns: list[str], most: int) -> int:
    """Return how many rows of a row group take about ``most`` bytes, at least one."""
    group, places = part.metadata.row_group(number), map(part.schema_arrow.get_field_index, columns)
    size = sum(group.column(place).total_uncompressed_size for place in places)
    each: int = max(1, NUMBER_BYTES * len(columns), size // max(1, group.num_rows))
    return max(1, most // each)


class RelocatingStore(Store):
    """The rows of a version in the catalogue, wherever key rotations move them.

    ``find`` returns the current store. The number of rows grows when some are appended.
    """

    def __init__(self, find: Callable[[], Store]) -> None:
        found = find()
        super().__init__(found.folder, found.key)
        self._find = find

    @contextmanager
    def pin_version(self) -> Iterator[Store]:
        before = None
        while (found := self._find()).folder != before:
            with shared_lock(found.folder):
                if found.folder.is_dir():
                    yield found
                    return
            before = found.folder
        raise UnreadableDatasetError(
            f"{found.folder.parent.name}/{found.folder.name} can't be read: it no longer exists."
        )

    @cached_property
    def schema(self) -> pa.Schema:
        with self.pin_version() as store:
            return store.schema

    @property
    def row_count(self) -> int:
        with self.pin_version() as store:
            return store.row_count

    def read_batches(self, start: int = 0, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        with self.pin_version() as store:
            yield from store.read_batches(start, columns)

    def read_column(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        with self.pin_version() as store:
            yield from store.read_column(column, start)

    def read_imported_files(self) -> Iterator[pa.Table]:
        with self.pin_version() as store:
            yield from store.read_imported_files()
