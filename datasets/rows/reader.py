"""Reading the rows of one selection, in one order and some columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from datasets import catalogue
from datasets.compile import Conditions
from datasets.cubes.flights import Turn
from datasets.cubes.kept import Kept
from datasets.rows.columns import ResidentColumn, StoredColumn
from datasets.rows.gathering import Gathering, held_of
from datasets.rows.passing import Numbers, Passing
from datasets.rows.stored import RowGroups, plain_table
from datasets.rows.windows import Search, Sorting
from datasets.store import Store
from gpu.engine import Columns

PIECE = 1 << 16
"""Rows that are read together where all are."""
CHUNK = 1 << 7
"""Rows that are kept together."""
AHEAD = 1 << 12
"""Rows that are read for one page at most: those that come after it and lie in the same row groups or, where
somebody goes on reading, in as many others."""


@dataclass(frozen=True)
class Selection:
    """Of the first ``rows`` rows of a version those that pass all conditions."""

    slug: str
    version: str
    conditions: Conditions
    rows: int


@dataclass(frozen=True)
class Wanted:
    """Rows of a selection in these columns, sorted or (None) as stored."""

    selection: Selection
    sorting: Sorting | None
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """Reads what is wanted, or finds it among what is kept. Files are held while they are read, not between.

    Raises ``OutdatedError`` when the turn has ended.
    """

    wanted: Wanted
    passing: Passing
    memory: Columns | None
    kept: Kept
    turn: Turn

    def page(self, places: range) -> pa.Table:
        """The rows at these places, all of which there are."""
        if not places:
            return self._at(range(0))
        first, last = places.start // CHUNK, -(-places.stop // CHUNK)
        chunks = pa.concat_tables([self._chunk(range(each, last)) for each in range(first, last)])
        return chunks.slice(places.start - first * CHUNK, len(places))

    def all(self) -> Iterator[pa.Table]:
        """All rows, a table of some of them after the other."""
        place = 0
        while place < self.passing.total:
            stop = min(place + PIECE, self.passing.total)
            table = self._group_at(place) if self.wanted.sorting is None else self._at(range(place, stop))
            yield table
            place += table.num_rows

    def _chunk(self, chunks: range) -> pa.Table:
        """The first of these chunks; the others are read with it."""
        return self.kept.of((self.wanted, chunks.start), lambda: self._chunks(chunks))

    def _chunks(self, chunks: range) -> dict[Hashable, pa.Table]:
        """These chunks, and some of those after them."""
        start, needed = chunks.start * CHUNK, len(chunks) * CHUNK
        ahead = min(start + AHEAD, -(-(start + needed) // PIECE) * PIECE)
        goes_on = self.kept.holds((self.wanted, chunks.start - 1))
        table = self._at(range(start, min(ahead, self.passing.total)), needed, 2 if goes_on else 1)
        cuts = range(0, table.num_rows, CHUNK)
        return {(self.wanted, (start + cut) // CHUNK): _apart(table.slice(cut, CHUNK)) for cut in cuts}

    def _at(self, places: range, needed: int | None = None, times: int = 1) -> pa.Table:
        """The rows at these places, or of them those needed and what is read with them at little cost.

        That is what lies in ``times`` as many row groups.
        """
        with self._open() as (store, groups):
            numbers = self._numbers(store, groups, places)
            columns = self.wanted.columns
            gathering = Gathering(store, groups, columns, held_of(self.memory, columns))
            if needed is not None:
                reached = _reached(groups.of(numbers), needed, times) if gathering.reads else needed
                numbers = numbers[:reached]
            return gathering.rows(numbers, self.turn)

    def _group_at(self, place: int) -> pa.Table:
        """The rows from a place on that are in the same row group, as stored."""
        with self._open() as (store, groups):
            number = self.passing.numbers(place, place + 1)
            group = groups.all[groups.of(number).item()]
            rows = range(number.item(), min(group.rows.stop, self.passing.rows))
            read = store.read_group(group, list(self.wanted.columns)).select(list(self.wanted.columns))
            shown = pa.array(self.passing.mask(rows))
            return plain_table(read.slice(rows.start - group.rows.start, len(rows)).filter(shown))

    def _numbers(self, store: Store, groups: RowGroups, places: range) -> Numbers:
        """The numbers of the rows at these places."""
        sorting = self.wanted.sorting
        if sorting is None:
            return self.passing.numbers(places.start, places.stop)
        search = self._search(store, groups, sorting)
        step = search.column.window
        first = places.start // step
        starts = range(first * step, places.stop, step)
        windows = [np.zeros(0, np.int64), *(self._window(search, start) for start in starts)]
        return np.concatenate(windows)[places.start - first * step :][: len(places)]

    def _search(self, store: Store, groups: RowGroups, sorting: Sorting) -> Search[Any]:
        """In memory, but for one search among so few rows no column is brought there."""
        passing, memory = self.passing, self.memory
        few = passing.total < len(groups.all)
        if memory is not None and (memory.holds if few else memory.keeps)(sorting.column):
            conditions = self.wanted.selection.conditions
            return Search(ResidentColumn(memory, conditions, passing, sorting, self.turn), passing.total)
        return Search(StoredColumn(store, groups, passing, sorting, self.turn), passing.total)

    def _window(self, search: Search[Any], start: int) -> Numbers:
        """The numbers of the rows at the places of a window."""
        places = range(start, min(start + search.column.window, self.passing.total))
        key = (self.wanted.selection, self.wanted.sorting, places)
        return self.kept.of(key, lambda: {key: search.at(places)})

    @contextmanager
    def _open(self) -> Iterator[tuple[Store, RowGroups]]:
        selection = self.wanted.selection
        with catalogue.store(selection.slug, selection.version).held() as store:
            key = (store.folder, tuple(part.file for part in store.appended))
            yield store, self.kept.of(key, lambda: {key: RowGroups(store.groups)})


def _apart(part: pa.Table) -> pa.Table:
    """The rows of a slice in memory of their own: one that is kept would keep all of those around it."""
    return part.take(pa.array(np.arange(part.num_rows)))


def _reached(groups: Numbers, needed: int, times: int) -> int:
    """How many rows, in whole chunks, lie in ``times`` as many row groups as those that are needed."""
    most = times * len(np.unique(groups[:needed]))
    begun = np.sort(np.unique(groups, return_index=True)[1])  # where each row group comes first
    return len(groups) if len(begun) <= most else int(begun[most]) // CHUNK * CHUNK
