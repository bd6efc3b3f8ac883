"""Reading the rows of one selection, in one order and some columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from datasets import catalogue
from datasets.cubes.in_flight import Turn
from datasets.cubes.single_flight import Kept
from datasets.query.compile import Conditions
from datasets.table.order_search import WINDOW, Search, Sorting
from datasets.table.row_bitmap import Numbers, Passing
from datasets.table.row_groups import RowGroups, plain_table
from datasets.table.row_sources import Sources
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
        ahead = min(start + AHEAD, -(-(start + needed) // WINDOW) * WINDOW)
        goes_on = self.kept.holds((self.wanted, chunks.start - 1))
        table = self._at(range(start, min(ahead, self.passing.total)), needed, 2 if goes_on else 1)
        cuts = range(0, table.num_rows, CHUNK)
        return {(self.wanted, (start + cut) // CHUNK): _apart(table.slice(cut, CHUNK)) for cut in cuts}

    def _at(self, places: range, needed: int | None = None, times: int = 1) -> pa.Table:
        """The rows at these places, or of them those needed and what lies in ``times`` as many row groups."""
        names, sorting = self.wanted.columns, self.wanted.sorting
        with self._open({*names, *([sorting.column] if sorting else [])}) as sources:
            if needed is not None and not sources.from_files(names):
                places = places[:needed]
            numbers = self._numbers(sources, places)
            if needed is not None:
                numbers = numbers[: _reached(sources.groups.of(numbers), needed, times)]
            return sources.rows(numbers, names, self.turn)

    def _group_at(self, place: int) -> pa.Table:
        """The rows from a place on that are in the same row group, as stored."""
        with self._open(()) as sources:
            number = self.passing.numbers(place, place + 1)
            group = sources.groups.all[sources.groups.of(number).item()]
            rows = range(number.item(), min(group.rows.stop, self.passing.rows))
            read = sources.store.read_group(group, list(self.wanted.columns)).select(
                list(self.wanted.columns)
            )
            shown = pa.array(self.passing.mask(rows))
            return plain_table(read.slice(rows.start - group.rows.start, len(rows)).filter(shown))

    def _numbers(self, sources: Sources, places: range) -> Numbers:
        """The numbers of the rows at these places."""
        selection, sorting = self.wanted.selection, self.wanted.sorting
        if sorting is None:
            return self.passing.numbers(places.start, places.stop)
        column = sources.column(sorting, selection.conditions, self.passing, self.turn)
        search, step = Search(column, self.passing.total), column.window
        if len(places) > step:
            return search.at(places)
        first = places.start // step
        windows = [self._window(search, start) for start in range(first * step, places.stop, step)]
        found = np.concatenate([np.zeros(0, np.int64), *windows])
        return found[places.start - first * step :][: len(places)]

    def _window(self, search: Search[Any], start: int) -> Numbers:
        """The numbers of the rows at the places of a window."""
        places = range(start, min(start + search.column.window, self.passing.total))
        key = (self.wanted.selection, self.wanted.sorting, places)
        return self.kept.of(key, lambda: {key: search.at(places)})

    @contextmanager
    def _open(self, names: Iterable[str]) -> Iterator[Sources]:
        """The files, and those of some columns that are in memory."""
        selection = self.wanted.selection
        held = self.memory.held(names) if self.memory else nullcontext(frozenset[str]())
        with catalogue.store(selection.slug, selection.version).held() as store, held as here:
            key = (store.folder, tuple(part.file for part in store.appended))
            groups = self.kept.of(key, lambda: {key: RowGroups(store.groups)})
            yield Sources(store, groups, self.memory, here)


def _apart(part: pa.Table) -> pa.Table:
    """The rows of a slice in memory of their own: one that is kept would keep all of those around it."""
    return part.take(pa.array(np.arange(part.num_rows)))


def _reached(groups: Numbers, needed: int, times: int) -> int:
    """How many rows, in whole chunks, lie in ``times`` as many row groups as those that are needed."""
    most = times * len(np.unique(groups[:needed]))
    begun = np.sort(np.unique(groups, return_index=True)[1])  # where each row group comes first
    return len(groups) if len(begun) <= most else int(begun[most]) // CHUNK * CHUNK
