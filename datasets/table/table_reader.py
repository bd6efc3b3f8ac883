"""Tables of the rows that pass some filters: a page of them, or all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import pyarrow as pa

from datasets.cubes.engine_pool import Engines
from datasets.cubes.in_flight import Lanes, Turn
from datasets.cubes.single_flight import Kept
from datasets.table.column_loader import Holding
from datasets.table.reader import Reader, Wanted
from datasets.table.row_bitmap import passing
from gpu.engine import columns_of

CAPACITY = 1 << 28
"""Bytes kept: which of two billion rows pass, the order of thirty million, or the rows of many pages."""
MOST_SORTED = 1 << 20
"""Rows that are sorted as a whole: as many as a sheet of a spreadsheet has."""


class TooManySortedError(ValueError):
    """There are more rows than are sorted as a whole."""

    where = "sort"

    def __init__(self, rows: int) -> None:
        super().__init__(f"These are {rows:,} rows; {MOST_SORTED:,} at most are exported in an order.")


class Tables:
    """Reads the rows that pass; what makes the next page cheap is kept. For many threads."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._kept = Kept(CAPACITY)
        self._holding = Holding()
        self._lanes = Lanes()
        self._lock = Lock()

    def page(self, wanted: Wanted, places: range, turn: Turn) -> tuple[int, pa.Table]:
        """How many rows there are, and those at these places as far as there are some.

        Raises:
            OutdatedError: a newer request in the lane of this turn came first.
        """
        with self._in_lane(turn):
            reader = self._reader(wanted, turn)
            total = reader.passing.total
            page = reader.page(range(min(places.start, total), min(places.stop, total)))
        if wanted.sorting is not None and reader.memory is not None:
            self._holding.want(reader.memory, wanted.sorting.column, wanted.columns)
        return total, page

    def whole(self, wanted: Wanted) -> tuple[int, Iterator[pa.Table]]:
        """How many rows there are, and all of them, a table after the other.

        Raises:
            TooManySortedError: there are too many to be sorted.
        """
        reader = self._reader(wanted, Turn())
        total = reader.passing.total
        if wanted.sorting is not None and total > MOST_SORTED:
            raise TooManySortedError(total)
        return total, reader.all()

    def _reader(self, wanted: Wanted, turn: Turn) -> Reader:
        key = wanted.selection
        engine = self._engines.of(key.slug, key.version, key.rows)
        found = self._kept.of(key, lambda: {key: passing(engine, key.conditions, key.rows, turn)})
        return Reader(wanted, found, columns_of(engine), self._kept, turn)

    @contextmanager
    def _in_lane(self, turn: Turn) -> Iterator[None]:
        with self._lock:
            self._lanes.require_newest(turn)
            self._lanes.overtake(turn)
        try:
            yield
        finally:
            with self._lock:
                self._lanes.give_way(turn)
