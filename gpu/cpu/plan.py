"""From what is to be counted to the matrices of the fused kernel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gpu.cpu.codes import Array
from gpu.cpu.native.compress import SLACK
from gpu.cpu.native.layout import (
    BLOCK,
    COLUMN_WIDTH,
    COUNT,
    GROUP_WIDTH,
    NUMBERS,
    SUM_PACKED,
    TERM_WIDTH,
    VIEW_WIDTH,
)
from gpu.cpu.tally import MOST_SHIFT, Group, Tally

BUFFER_BYTES = BLOCK * 2 + SLACK
"""What a column's compressed codes take, or the places of rows in a block."""

Matrix = npt.NDArray[np.uint64]


def _matrix(rows: list[tuple[int, ...]], width: int) -> Matrix:
    return np.array(rows, np.uint64).reshape(-1, width)


class Plan:
    """The kernel's matrices; what lies in a worker's memory is an offset until a ``Worker`` adds its base.

    Attributes:
        sources: what the matrices hold addresses in, so that it lives as long as they do.
        tallies: what is counted, in the order of the views' rows.
        table_bytes: what one worker's tables take; ``counts`` and ``totals`` are each view's offsets in them.
    """

    def __init__(self, groups: list[Group]) -> None:
        self.sources = groups
        self.tallies = [tally for group in groups for tally in group.tallies]
        self.table_bytes = 0
        self.counts = [self._table(tally, 4) for tally in self.tallies]
        self.totals = [self._table(tally, 8) if tally.kind != COUNT else 0 for tally in self.tallies]
        self._packed = [self._table(tally, 8) if tally.kind == SUM_PACKED else 0 for tally in self.tallies]
        self._filters: list[int] = []
        self._groups: list[tuple[int, ...]] = []
        self._columns: list[tuple[int, ...]] = []
        self._terms: list[tuple[int, ...]] = []
        self._views: list[tuple[int, ...]] = []
        for group in groups:
            self._add(group)
        self.groups, self.filters = _matrix(self._groups, GROUP_WIDTH), np.array(self._filters, np.uint64)
        self.columns, self.terms = _matrix(self._columns, COLUMN_WIDTH), _matrix(self._terms, TERM_WIDTH)
        self.views = _matrix(self._views, VIEW_WIDTH)
        self.buffers = max((last - first for _, _, first, last, *_ in self._groups), default=0)

    def _table(self, tally: Tally, width: int) -> int:
        """Set aside a table of a worker's memory; returns its offset, a multiple of a cache line."""
        offset = self.table_bytes
        self.table_bytes += (tally.cells * tally.copies * width + 63) & ~63
        return offset

    def _add(self, group: Group) -> None:
        filter_, column, view = len(self._filters), len(self._columns), len(self._views)
        self._filters += [words.ctypes.data for words in group.filters]
        slots: dict[int, int] = {}
        for tally in group.tallies:
            self._add_view(tally, slots, column)
        places = any(tally.kind != COUNT for tally in group.tallies)
        room = (1 << min((tally.shift for tally in group.tallies if tally.shift), default=MOST_SHIFT)) - 1
        parts = filter_, len(self._filters), column, len(self._columns), view, len(self._views)
        self._groups.append((*parts, group.inverted, places, room, 0))

    def _add_view(self, tally: Tally, slots: dict[int, int], first_column: int) -> None:
        start, index = len(self._terms), len(self._views)
        for term in tally.terms:
            slot = self._slot(term.codes, slots, first_column)
            self._terms.append((slot, 0 if term.lookup is None else term.lookup.ctypes.data, term.stride))
        spread = tally.cells if tally.copies > 1 else 0
        numbers, number = (0, 0) if tally.numbers is None else _number(tally.numbers)
        tables = self.counts[index], self.totals[index], self._packed[index], tally.cells * tally.copies
        parts = start, len(self._terms), tally.kind, spread
        self._views.append((*parts, *tables, numbers, number, tally.shift))

    def _slot(self, codes: Array, slots: dict[int, int], first_column: int) -> int:
        """The row of the group's column of these codes, added at the first asking."""
        address = codes.ctypes.data
        if address not in slots:
            slots[address] = len(self._columns)
            buffer = (slots[address] - first_column) * BUFFER_BYTES
            self._columns.append((address, codes.itemsize, buffer))
        return slots[address]


def _number(numbers: Array) -> tuple[int, int]:
    return numbers.ctypes.data, NUMBERS.index(numbers.dtype.str[1:])
