"""Tables of the rows that pass some filters: a page of them, or all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import pyarrow as pa

from datasets.cubes.engine_pool import EnginePool
from datasets.cubes.in_flight import LatestRequests, RequestTicket
from datasets.cubes.single_flight import SingleFlightCache
from datasets.table.column_loader import ColumnLoader
from datasets.table.reader import QueryReader, RowQuery
from datasets.table.row_bitmap import compute_bitmap
from errors import InvalidError
from gpu.engine import get_column_store

CACHE_BYTES = 1 << 28
"""The size of the cache: the bits of two billion rows, the order of thirty million, or many pages."""
MAX_SORTED_ROWS = 1 << 20
"""How many rows may be sorted as a whole: as many as a sheet of a spreadsheet has."""


class TooManySortedRowsError(InvalidError):
    """There are more rows than may be sorted as a whole."""

    where = "sort"

    def __init__(self, rows: int) -> None:
        super().__init__(f"{rows:,} rows are too many to export sorted; the maximum is {MAX_SORTED_ROWS:,}.")


class TableReader:
    """Reads the rows that pass, and caches what makes the next page cheap. Thread-safe."""

    def __init__(self, engines: EnginePool) -> None:
        self._engines = engines
        self._cache = SingleFlightCache(CACHE_BYTES)
        self._column_loader = ColumnLoader()
        self._latest_requests = LatestRequests()
        self._lock = Lock()

    def read_page(self, query: RowQuery, places: range, ticket: RequestTicket) -> tuple[int, pa.Table]:
        """Return how many rows there are, and those at these positions, as far as they exist.

        Raises:
            SupersededError: a newer request in the lane of this ticket took its place.
        """
        with self._superseding(ticket):
            reader = self._open_query(query, ticket)
            total = reader.bitmap.passing_count
            page = reader.read_page(range(min(places.start, total), min(places.stop, total)))
        if query.sorting is not None and reader.resident_columns is not None:
            self._column_loader.request_columns(reader.resident_columns, query.sorting.column, query.columns)
        return total, page

    def read_all(self, query: RowQuery) -> tuple[int, Iterator[pa.Table]]:
        """Return how many rows there are, and an iterator over tables of all of them.

        Raises:
            TooManySortedRowsError: there are too many rows to sort.
        """
        reader = self._open_query(query, RequestTicket())
        total = reader.bitmap.passing_count
        if query.sorting is not None and total > MAX_SORTED_ROWS:
            raise TooManySortedRowsError(total)
        return total, reader.read_all()

    def _open_query(self, query: RowQuery, ticket: RequestTicket) -> QueryReader:
        key = query.selection
        engine = self._engines.get_engine(key.slug, key.version, key.rows)
        found = self._cache.get_or_create(
            key, lambda: {key: compute_bitmap(engine, key.filters, key.rows, ticket)}
        )
        return QueryReader(query, found, get_column_store(engine), self._cache, ticket)

    @contextmanager
    def _superseding(self, ticket: RequestTicket) -> Iterator[None]:
        with self._lock:
            self._latest_requests.require_newest(ticket)
            self._latest_requests.supersede_previous(ticket)
        try:
            yield
        finally:
            with self._lock:
                self._latest_requests.release_lane(ticket)
