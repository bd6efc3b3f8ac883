"""Columns in memory, to sort by and to read rows from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import AnyOf, Filter, passes_all
from gpu.engine import asked
from gpu.order import Place, RowNumbers, Sortable, bounds
from gpu.resident import sortable
from gpu.resident.counter import Counter
from gpu.resident.numbers import Numbers
from gpu.resident.resident import residing
from gpu.resident.texts import Texts, TooManyTextsError
from gpu.resident.window import Coder

Gathered = tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]


class ResidentColumns:
    """Those of one version of a dataset, as ``gpu.engine.Columns``, on the shelf that all engines share."""

    def __init__(self, coder: Coder, counter: Counter) -> None:
        self._coder, self._counter = coder, counter
        self._many_texts: set[str] = set()

    def keeps(self, column: str) -> bool:
        if column in self._many_texts or not self._fits(column, self._coder.shelf.limit // 2):
            return False
        kind = self._coder.rows.type_of(column)
        return not sortable.is_text(kind) or self._has_few_texts(column)

    def holds(self, column: str) -> bool:
        rows = self._coder.rows
        return self._coder.shelf.covers(rows, (sortable.entry_of(rows.type_of(column)), column), rows.count)

    def fetch(self, column: str) -> None:
        free = self._coder.shelf.limit - self._coder.shelf.nbytes
        if not self.holds(column) and self._fits(column, free) and self.keeps(column):
            with residing(self._coder, self._coder.rows.count) as resident:
                resident.column(column)

    def values(self, column: str, rows: RowNumbers) -> pa.Array:
        with residing(self._coder, _needed(rows)) as resident:
            found = resident.column(column)
            written = found.written(*self._gathered(found, rows))
        kind = self._coder.rows.type_of(column)
        return written if sortable.is_text(kind) else written.cast(kind)

    def keys(self, column: str, rows: RowNumbers) -> pa.Array:
        with residing(self._coder, _needed(rows)) as resident:
            found = resident.column(column)
            return sortable.keys(*self._gathered(found, rows), found.ranks())

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
            bits = [resident.bits(filter_) for filter_ in filters if not passes_all(filter_)]
            values = _sortable(resident.column(column))
            return self._counter.between(values, bits, bounds(*ends, descending=descending), wanted)

    def _gathered(self, found: Numbers, rows: RowNumbers) -> Gathered:
        return self._counter.gather(_sortable(found), rows)

    def _fits(self, column: str, room: int) -> bool:
        """Whether it can be kept in so many bytes."""
        wide = sortable.width(self._coder.rows.type_of(column))
        return wide is not None and wide * self._coder.rows.count <= room

    def _has_few_texts(self, column: str) -> bool:
        try:
            with residing(self._coder, self._coder.rows.count) as resident:
                found = resident.column(column)
                few = not (isinstance(found, Texts) and found.many)
        except TooManyTextsError:
            few = False
        if not few:
            self._many_texts.add(column)
        return few


def _sortable(found: Numbers) -> Sortable:
    """Ranks at last: there may be new texts by now, of which the numbers know nothing."""
    return Sortable(found.array, found.valid, found.ranks())


def _needed(rows: RowNumbers) -> int:
    return int(rows.max(initial=-1)) + 1
