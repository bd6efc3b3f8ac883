"""A dataset version on disk: a folder of Parquet files, encrypted as a rule.

The rows that were imported come first, in random order, then those appended since, as they arrived.
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

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.storage.encryption import UnreadableError, decryption, encryption
from datasets.storage.locks import shared
from datasets.storage.prefetch import ahead
from db.keys.key_ring import Material
from gpu.engine import Source

BATCH_ROWS = 1 << 17
ROW_GROUP = 1 << 17
RUN = 2
"""Row groups of a column that are read at once, but for the first: many want no more than that."""
PART = "part-{:05d}.parquet"


def is_text(type_: pa.DataType) -> bool:
    """Whether a stored column of this type holds text, plain or dictionary-encoded."""
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_dictionary(type_))


@dataclass(frozen=True)
class Part:
    """A file of appended rows, ``rows_from`` others before them; no rows have no file."""

    id: int
    file: str | None
    rows_from: int
    rows: int


@dataclass(frozen=True)
class RowGroup:
    """Rows of a version that are stored together in a file, and read together."""

    file: str
    number: int
    rows: range


class Stored(Source, Protocol):
    """Rows that can be profiled: those of a version, or a part of them."""

    @property
    def schema(self) -> pa.Schema: ...

    def sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """The first ``rows`` values or a few more, all if there are fewer."""
        ...


class Store:
    """The rows of one version, always in the same order: the ``gpu.engine.Source`` an engine reads from.

    Reading raises ``UnreadableError`` where a file was altered, or written with another key.

    Args:
        appended: finds the files of appended rows when they are first wanted, in row order, none empty.
    """

    def __init__(
        self, folder: Path, key: Material | None = None, appended: Callable[[], list[Part]] = list
    ) -> None:
        self.folder = folder
        self.key = key
        self._find_appended = appended

    @property
    def key_id(self) -> str | None:
        return self.key.id if self.key else None

    @contextmanager
    def held(self) -> Iterator[Store]:
        """The store to read from until the block ends."""
        yield self

    @cached_property
    def files(self) -> list[Path]:
        """The Parquet files of the rows that were imported, in row order.

        Raises:
            FileNotFoundError: the folder holds none.
        """
        files = sorted(self.folder.glob("part-*.parquet"))
        if not files:
            raise FileNotFoundError(f"{self.folder} holds no part-*.parquet files")
        return files

    @cached_property
    def appended(self) -> list[Part]:
        return self._find_appended()

    @cached_property
    def schema(self) -> pa.Schema:
        with self._open(self.files[0]) as part:
            return part.schema_arrow

    @cached_property
    def rows(self) -> int:
        if self.appended:
            return self.appended[-1].rows_from + self.appended[-1].rows
        return sum(map(self._rows_of, self.files))

    @cached_property
    def groups(self) -> list[RowGroup]:
        """All row groups, in row order."""
        found: list[RowGroup] = []
        for name in [*(file.name for file in self.files), *(str(part.file) for part in self.appended)]:
            for number, rows in enumerate(self._groups_of(self.folder / name)):
                start = found[-1].rows.stop if found else 0
                found.append(RowGroup(name, number, range(start, start + rows)))
        return found

    def read_group(self, group: RowGroup, columns: list[str]) -> pa.Table:
        """The rows of a row group, of these columns; text comes dictionary-encoded."""
        with self._open(self.folder / group.file, self._text) as part:
            return part.read_row_group(group.number, columns)

    def read(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        """The column's values from row ``start`` on, in row order; text comes dictionary-encoded.

        Raises:
            KeyError: there is no such column.
        """
        if column not in self.schema.names:
            raise KeyError(column)
        for chunks in ahead(partial(self._values, column, *run) for run in self._runs(start)):
            for chunk in chunks:
                yield from (chunk.slice(row, BATCH_ROWS) for row in range(0, len(chunk), BATCH_ROWS))

    def batches(self, start: int = 0, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows from row ``start`` on, of these columns; text comes dictionary-encoded."""
        for file, before in self._reaching(start):
            row = 0
            with self._open(file, self._text) as part:
                for batch in part.iter_batches(BATCH_ROWS, columns=columns):
                    row += batch.num_rows
                    if row > before:
                        yield batch.slice(max(0, before - row + batch.num_rows))

    def sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """The first ``rows`` values or a few more: a fair sample, since rows are shuffled."""
        chunks = list(islice(self.read(column), -(-rows // BATCH_ROWS)))
        return pa.chunked_array(chunks)

    def parts(self) -> Iterator[pa.Table]:
        """The rows that were imported, a file at a time."""
        for file in self.files:
            with self._open(file) as part:
                yield part.read()

    def table(self, file: str) -> pa.Table:
        """All rows of one file."""
        with self._open(self.folder / file) as part:
            return part.read()

    def write(self, number: int, rows: pa.Table) -> None:
        """Add the file of this number, with these rows."""
        self.write_file(PART.format(number), rows)

    def write_file(self, name: str, rows: pa.Table) -> None:
        file = self.folder / name
        pq.write_table(
            rows,
            file,
            row_group_size=ROW_GROUP,
            compression="zstd",
            compression_level=1,
            encryption_properties=encryption(self.key, file),
        )

    @property
    def _text(self) -> list[str]:
        return [field.name for field in self.schema if is_text(field.type)]

    def _reaching(self, start: int) -> Iterator[tuple[Path, int]]:
        """The files that have rows from ``start`` on, each with how many of its rows lie before."""
        if not (self.appended and start >= self.appended[0].rows_from):
            yield from self._imported(start)
        for part in self.appended:
            if part.rows_from + part.rows > start:
                yield self.folder / str(part.file), max(0, start - part.rows_from)

    def _runs(self, start: int) -> Iterator[tuple[Path, range, int]]:
        """Row groups that are read at once: their file, which, and how many of their rows are too early."""
        size = 1
        for file, before in self._reaching(start):
            ends = [0, *accumulate(self._groups_of(file))]
            group = bisect_right(ends, before) - 1
            while group < len(ends) - 1:
                groups = range(group, min(group + size, len(ends) - 1))
                yield file, groups, max(0, before - ends[group])
                group, size = groups.stop, RUN

    def _values(self, column: str, file: Path, groups: range, before: int) -> list[pa.Array]:
        with self._open(file, self._text) as part:
            found = part.read_row_groups(list(groups), [column], use_threads=False)
        chunks: list[pa.Array] = found.column(0).slice(before).chunks
        return chunks

    def _imported(self, start: int) -> Iterator[tuple[Path, int]]:
        row = 0
        for file in self.files:
            rows = self._rows_of(file) if row < start else 0
            if row + rows > start or row >= start:
                yield file, max(0, start - row)
            row += rows

    def _rows_of(self, file: Path) -> int:
        with self._open(file) as part:
            return int(part.metadata.num_rows)

    def _groups_of(self, file: Path) -> list[int]:
        """How many rows each row group of a file has."""
        with self._open(file) as part:
            groups = part.metadata.num_row_groups
            return [part.metadata.row_group(number).num_rows for number in range(groups)]

    @contextmanager
    def _open(self, file: Path, text: list[str] | None = None) -> Iterator[pq.ParquetFile]:
        try:
            with pq.ParquetFile(
                file, read_dictionary=text, decryption_properties=decryption(self.key, file)
            ) as part:
                yield part
        except (OSError, pa.ArrowException) as error:
            place = f"{self.folder.parent.name}/{self.folder.name}/{file.name}"
            raise UnreadableError(
                f"{place} can't be read: it was altered, or written with another key."
            ) from error


class FollowedStore(Store):
    """The rows of a version in the catalogue, wherever a rotation of keys moves them: ``find`` says where.

    Its rows become more as some are appended.
    """

    def __init__(self, find: Callable[[], Store]) -> None:
        found = find()
        super().__init__(found.folder, found.key)
        self._find = find

    @contextmanager
    def held(self) -> Iterator[Store]:
        before = None
        while (found := self._find()).folder != before:
            with shared(found.folder):
                if found.folder.is_dir():
                    yield found
                    return
            before = found.folder
        raise UnreadableError(f"{found.folder.parent.name}/{found.folder.name} can't be read: it is gone.")

    @cached_property
    def schema(self) -> pa.Schema:
        with self.held() as store:
            return store.schema

    @property
    def rows(self) -> int:
        with self.held() as store:
            return store.rows

    def batches(self, start: int = 0, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        with self.held() as store:
            yield from store.batches(start, columns)

    def read(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        with self.held() as store:
            yield from store.read(column, start)

    def parts(self) -> Iterator[pa.Table]:
        with self.held() as store:
            yield from store.parts()
