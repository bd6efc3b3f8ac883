"""Columns in memory, to sort by and to read rows from."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Filter
from gpu.engine import asked
from gpu.resident import sort_columns
from gpu.resident.backend import Counter
from gpu.resident.encoder import Coder
from gpu.resident.numeric_column import Numbers
from gpu.resident.request_context import residing
from gpu.resident.texts import TooManyTextsError
from gpu.sort_order import Place, RowNumbers, Sortable, bounds

Gathered = tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]


class ResidentColumns:
    """Those of one version of a dataset, as ``gpu.engine.Columns``, on the shelf that all engines share."""

    def __init__(self, coder: Coder, counter: Counter) -> None:
        self._coder, self._counter = coder, counter
        self._many_texts: set[str] = set()

    def holds(self, column: str) -> bool:
        key = self._key(column)
        return key is not None and self._coder.shelf.has(self._coder.rows, key)

    @contextmanager
    def held(self, columns: Iterable[str]) -> Iterator[frozenset[str]]:
        with self._coder.lease() as lease:
            keys = {column: self._key(column) for column in columns}
            yield frozenset(column for column, key in keys.items() if key and lease.keep(key))

    def fetch(self, column: str, *, spare: bool) -> None:
        limit = self._coder.shelf.limit
        room = limit - self._coder.shelf.nbytes if spare else limit // 2
        if column in self._many_texts or self.holds(column) or not self._fits(column, room):
            return
        try:
            with residing(self._coder, self._coder.rows.count) as resident:
                resident.column(column)
        except TooManyTextsError:
            self._many_texts.add(column)

    def values(self, column: str, rows: RowNumbers) -> pa.Array:
        with residing(self._coder, self._coder.rows.count) as resident:
            found = resident.column(column)
            written = found.written(*self._gathered(found, rows))
        kind = self._coder.rows.type_of(column)
        return written if sort_columns.is_text(kind) else written.cast(kind)

    def keys(self, column: str, rows: RowNumbers) -> pa.Array:
        with residing(self._coder, self._coder.rows.count) as resident:
            found = resident.column(column)
            return sort_columns.keys(*self._gathered(found, rows), found.ranks())

    def between(
        self,
        column: str,
        ends: tuple[Place | None, Place | None],
        filters: Sequence[Filter | AnyOf],
        rows: range | None = None,
        *,
        descending: bool,
    ) -> tuple[int, RowNumbers]:
        wanted = asked(rows, self._coder.rows.count)
        with residing(self._coder, wanted.stop) as resident:
            bits, values = resident.all_bits(filters), _sortable(resident.column(column))
            return self._counter.between(values, bits, bounds(*ends, descending=descending), wanted)

    def _gathered(self, found: Numbers, rows: RowNumbers) -> Gathered:
        return self._counter.gather(_sortable(found), rows)

    def _fits(self, column: str, room: int) -> bool:
        """Whether it can be kept in so many bytes."""
        wide = sort_columns.width(self._coder.rows.type_of(column))
        return wide is not None and wide * self._coder.rows.count <= room

    def _key(self, column: str) -> Hashable | None:
        """What the column is kept by; None if nothing was ever read of it."""
        kind = self._coder.rows.known_type(column)
        return None if kind is None else (sort_columns.entry_of(kind), column)


def _sortable(found: Numbers) -> Sortable:
    """Ranks at last: there may be new texts by now, of which the numbers know nothing."""
    return Sortable(found.array, found.valid, found.ranks())
