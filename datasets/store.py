"""A dataset version on disk: a folder of Parquet files, encrypted as a rule, the rows in random order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.locks import shared
from datasets.protection import UnreadableError, decryption, encryption
from db.keys.ring import Material
from gpu.engine import Source

BATCH_ROWS = 1 << 17
ROW_GROUP = 1 << 17
PART = "part-{:05d}.parquet"


def is_text(type_: pa.DataType) -> bool:
    """Whether a stored column of this type holds text, plain or dictionary-encoded."""
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_dictionary(type_))


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
    """

    def __init__(self, folder: Path, key: Material | None = None) -> None:
        self.folder = folder
        self.key = key

    @property
    def key_id(self) -> str | None:
        return self.key.id if self.key else None

    @contextmanager
    def held(self) -> Iterator[Store]:
        """The store to read from until the block ends."""
        yield self

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
        with self._open(self.files[0]) as part:
            return part.schema_arrow

    @cached_property
    def rows(self) -> int:
        return sum(map(self._rows_of, self.files))

    def read(self, column: str) -> Iterator[pa.Array]:
        """The column's values in row order; text comes dictionary-encoded.

        Raises:
            KeyError: there is no such column.
        """
        if column not in self.schema.names:
            raise KeyError(column)
        text = [column] if is_text(self.schema.field(column).type) else None
        for file in self.files:
            with self._open(file, text) as part:
                for batch in part.iter_batches(BATCH_ROWS, columns=[column]):
                    yield batch.column(column)

    def sample(self, column: str, rows: int) -> pa.ChunkedArray:
        """The first ``rows`` values or a few more: a fair sample, since rows are shuffled."""
        chunks = list(islice(self.read(column), -(-rows // BATCH_ROWS)))
        return pa.chunked_array(chunks)

    def parts(self) -> Iterator[pa.Table]:
        """All rows, a file at a time."""
        for file in self.files:
            with self._open(file) as part:
                yield part.read()

    def write(self, number: int, rows: pa.Table) -> None:
        """Add the file of this number, with these rows."""
        file = self.folder / PART.format(number)
        pq.write_table(
            rows,
            file,
            row_group_size=ROW_GROUP,
            compression="zstd",
            compression_level=1,
            encryption_properties=encryption(self.key, file),
        )

    def _rows_of(self, file: Path) -> int:
        with self._open(file) as part:
            return int(part.metadata.num_rows)

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
    """The rows of a version in the catalogue, wherever a rotation of keys moves them: ``find`` says where."""

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

    @cached_property
    def rows(self) -> int:
        with self.held() as store:
            return store.rows

    def read(self, column: str) -> Iterator[pa.Array]:
        with self.held() as store:
            yield from store.read(column)

    def parts(self) -> Iterator[pa.Table]:
        with self.held() as store:
            yield from store.parts()
