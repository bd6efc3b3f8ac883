"""Reading of the rows of one selection, in one order and with some columns."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from datasets import catalogue
from datasets.cubes.in_flight import RequestTicket
from datasets.cubes.single_flight import SingleFlightCache
from datasets.query.compile import RowFilters
from datasets.storage.store import RowGroup
from datasets.table.order_search import WINDOW_ROWS, OrderSearch, SortOrder
from datasets.table.row_bitmap import RowBitmap, RowNumbers
from datasets.table.row_groups import RowGroupIndex, decode_text_columns
from datasets.table.row_sizes import (
    CELL_BYTES,
    SLICE_BYTES,
    OversizedSliceError,
    measure_rows,
    split_rows,
)
from datasets.table.row_sources import RowSources
from gpu.engine import ColumnStore

EXPORT_ROWS = 1 << 16
"""How many rows are read together at most when all rows are read."""
FEWER_ROWS = 4
"""By what the number of rows is divided when they take more bytes than can be read together."""
CHUNK_ROWS = 1 << 7
"""How many rows are cached together."""
READ_AHEAD_ROWS = 1 << 12
"""How many rows are read for one page at most.

These are the rows that follow the page and are in the same row groups or, if the person goes on reading, in
as many others.
"""


@dataclass(frozen=True)
class RowSelection:
    """The rows that pass all filters, of the first ``rows`` rows of a version."""

    slug: str
    version: str
    filters: RowFilters
    rows: int


@dataclass(frozen=True)
class RowQuery:
    """The rows of a selection with these columns, sorted or (None) as stored."""

    selection: RowSelection
    sorting: SortOrder | None
    columns: tuple[str, ...]


@dataclass(frozen=True)
class QueryReader:
    """Reads the rows of a query from the cache, or else from files and memory.

    Files are pinned only while they are read. Methods raise ``SupersededError`` when the request is
    superseded.
    """

    query: RowQuery
    bitmap: RowBitmap
    resident_columns: ColumnStore | None
    cache: SingleFlightCache
    ticket: RequestTicket

    def read_page(self, places: range) -> pa.Table:
        """Return the rows at these positions, all of which must exist.

        These are only the first of them, at least one, if all take more bytes than a slice may have.
        """
        if not places:
            return self._read_places(range(0))
        try:
            table = self._read_from_chunks(places)
        except OversizedSliceError:
            table = self._read_places(places)
        return next(split_rows(table))

    def read_all(self) -> Iterator[pa.Table]:
        """Yield all rows, in tables of a limited number of bytes."""
        yield from self._read_stored() if self.query.sorting is None else self._read_sorted()

    def _read_stored(self) -> Iterator[pa.Table]:
        place = 0
        while place < self.bitmap.passing_count:
            with closing(self._read_row_group_at(place)) as tables:
                for table in tables:
                    place += table.num_rows
                    yield table

    def _read_sorted(self) -> Iterator[pa.Table]:
        place, rows = 0, EXPORT_ROWS
        while place < self.bitmap.passing_count:
            table = self._read_places(range(place, min(place + rows, self.bitmap.passing_count)))
            place += table.num_rows
            has_room = 2 * measure_rows(table).sum() <= SLICE_BYTES
            rows = min(EXPORT_ROWS, table.num_rows * (2 if has_room else 1))
            yield table

    def _read_from_chunks(self, places: range) -> pa.Table:
        """Return the rows at these positions.

        Raises:
            OversizedSliceError: some of them take more bytes than can be read together.
        """
        first, last = places.start // CHUNK_ROWS, -(-places.stop // CHUNK_ROWS)
        chunks = pa.concat_tables([self._get_chunk(range(chunk, last)) for chunk in range(first, last)])
        return chunks.slice(places.start - first * CHUNK_ROWS, len(places))

    def _get_chunk(self, chunks: range) -> pa.Table:
        """Return the first of these chunks; the others are read with it."""
        return self.cache.get_or_create((self.query, chunks.start), lambda: self._read_chunks(chunks))

    def _read_chunks(self, chunks: range) -> dict[Hashable, pa.Table]:
        """Return the first of these chunks, and as many of the others and of those that follow as fit.

        Raises:
            OversizedSliceError: the first takes more bytes than can be read together.
        """
        start, needed = chunks.start * CHUNK_ROWS, len(chunks) * CHUNK_ROWS
        ahead = min(start + self._get_read_ahead(), -(-(start + needed) // WINDOW_ROWS) * WINDOW_ROWS)
        goes_on = self.cache.is_cached((self.query, chunks.start - 1))
        table = self._read_places(
            range(start, min(ahead, self.bitmap.passing_count)), needed, 2 if goes_on else 1
        )
        if start + table.num_rows < self.bitmap.passing_count:
            table = table.slice(0, table.num_rows // CHUNK_ROWS * CHUNK_ROWS)
        if not table.num_rows:
            raise OversizedSliceError
        cuts = range(0, table.num_rows, CHUNK_ROWS)
        return {
            (self.query, (start + cut) // CHUNK_ROWS): _detach_slice(table.slice(cut, CHUNK_ROWS))
            for cut in cuts
        }

    def _get_read_ahead(self) -> int:
        """Return how many rows are read for one page at most: fewer if there are many columns."""
        fitting = SLICE_BYTES // (CELL_BYTES * len(self.query.columns)) // CHUNK_ROWS * CHUNK_ROWS
        return max(CHUNK_ROWS, min(READ_AHEAD_ROWS, fitting))

    def _read_places(self, places: range, needed: int | None = None, times: int = 1) -> pa.Table:
        """Return the rows at these positions, or as many of the first of them as fit into a slice.

        With ``needed``, return at least the first ``needed`` of them, and as many of the others as are in
        ``times`` as many row groups.
        """
        names, sorting = self.query.columns, self.query.sorting
        with self._open_sources({*names, *([sorting.column] if sorting else [])}) as sources:
            if needed is not None and not sources.columns_in_files(names):
                places = places[:needed]
            numbers = self._row_numbers(sources, places)
            if needed is not None:
                numbers = numbers[
                    : _count_reached_rows(sources.row_groups.group_indices(numbers), needed, times)
                ]
            return self._get_fitting_rows(sources, numbers)

    def _get_fitting_rows(self, sources: RowSources, numbers: RowNumbers) -> pa.Table:
        """Return the rows with these numbers, or as many of the first of them as fit; at least one."""
        while True:
            try:
                return sources.get_rows(numbers, self.query.columns, self.ticket)
            except OversizedSliceError:
                numbers = numbers[: max(1, len(numbers) // FEWER_ROWS)]

    def _read_row_group_at(self, place: int) -> Generator[pa.Table]:
        """Yield the rows from a position on that are in the same row group, in stored order."""
        with self._open_row_group_at(place) as (group, batches):
            start = group.rows.start
            for batch in batches:
                rows = range(start, min(start + batch.num_rows, self.bitmap.rows))
                start += batch.num_rows
                yield from map(decode_text_columns, split_rows(self._filter_batch(batch, rows)))

    def _filter_batch(self, batch: pa.RecordBatch, rows: range) -> pa.Table:
        """Return the rows of a batch that pass; ``rows`` are the numbers of those that the selection has."""
        shown = pa.array(self.bitmap.get_mask(rows))
        table = pa.Table.from_batches([batch.slice(0, len(rows))])
        return table.select(list(self.query.columns)).filter(shown)

    @contextmanager
    def _open_row_group_at(self, place: int) -> Iterator[tuple[RowGroup, Iterator[pa.RecordBatch]]]:
        """Open the row group of a position. Nothing stays pinned: a slow client must not stop a rotation."""
        with ExitStack() as opened:
            with self._open_sources(()) as sources:
                number = self.bitmap.get_row_numbers(place, place + 1)
                group = sources.row_groups.groups[sources.row_groups.group_indices(number).item()]
                batches = opened.enter_context(
                    sources.store.open_row_group(group, list(self.query.columns), SLICE_BYTES)
                )
            yield group, batches

    def _row_numbers(self, sources: RowSources, places: range) -> RowNumbers:
        """Return the numbers of the rows at these positions."""
        selection, sorting = self.query.selection, self.query.sorting
        if sorting is None:
            return self.bitmap.get_row_numbers(places.start, places.stop)
        column = sources.open_sort_column(sorting, selection.filters, self.bitmap, self.ticket)
        search, step = OrderSearch(column, self.bitmap.passing_count), column.window_rows
        if len(places) > step:
            return search.find_rows(places)
        first = places.start // step
        windows = [
            self._window_row_numbers(search, start) for start in range(first * step, places.stop, step)
        ]
        found = np.concatenate([np.zeros(0, np.int64), *windows])
        return found[places.start - first * step :][: len(places)]

    def _window_row_numbers(self, search: OrderSearch[Any], start: int) -> RowNumbers:
        """Return the numbers of the rows at the positions of a window."""
        places = range(start, min(start + search.column.window_rows, self.bitmap.passing_count))
        key = (self.query.selection, self.query.sorting, places)
        return self.cache.get_or_create(key, lambda: {key: search.find_rows(places)})

    @contextmanager
    def _open_sources(self, names: Iterable[str]) -> Iterator[RowSources]:
        """Pin the files, and those of these columns that are in memory."""
        selection = self.query.selection
        pinned = (
            self.resident_columns.pin_columns(names)
            if self.resident_columns
            else nullcontext(frozenset[str]())
        )
        with (
            catalogue.open_store(selection.slug, selection.version).pin_version() as store,
            pinned as resident_names,
        ):
            key = (store.folder, tuple(part.file for part in store.appended_files))
            groups = self.cache.get_or_create(key, lambda: {key: RowGroupIndex(store.row_groups)})
            yield RowSources(store, groups, self.resident_columns, resident_names)


def _detach_slice(part: pa.Table) -> pa.Table:
    """Copy the rows of a slice: a cached slice would keep the whole table in memory."""
    return part.take(pa.array(np.arange(part.num_rows)))


def _count_reached_rows(groups: RowNumbers, needed: int, times: int) -> int:
    """Return how many rows, in whole chunks, are in ``times`` as many row groups as the needed ones."""
    most = times * len(np.unique(groups[:needed]))
    firsts = np.sort(np.unique(groups, return_index=True)[1])  # where each row group is reached first
    return len(groups) if len(firsts) <= most else int(firsts[most]) // CHUNK_ROWS * CHUNK_ROWS
