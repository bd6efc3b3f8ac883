"""The codes of a column for a range of rows: resident codes, or codes encoded for one use."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from gpu.cubes import Axis, Predicate
from gpu.resident.appendable_rows import AppendableRows
from gpu.resident.arrays import Array, Arrays, CodeSlice
from gpu.resident.cache import CacheLease, ResidentCache, Spillable, Transfer
from gpu.scales import EdgesScale, Scale


class ColumnCodes(Spillable):
    """A column's codes on a scale, in the scale's own narrow type."""

    def __init__(self, rows: AppendableRows, arrays: Arrays, column: str, scale: Scale) -> None:
        super().__init__()
        self._rows, self._arrays, self._column, self._scale = rows, arrays, column, scale
        self.array: Array = arrays.create_empty(scale.dtype)

    @property
    def nbytes(self) -> int:
        return int(self.array.nbytes)

    def transfer_arrays(self, transfer: Transfer) -> None:
        self.array = transfer(self.array)

    def add_rows(self, start: int, stop: int) -> None:
        array = self._arrays.ensure_capacity(self.array, stop)
        self._arrays.encode_column(self._rows.read_pieces(self._column, start, stop), self._scale, array)
        self.array = array


@dataclass(frozen=True)
class ColumnEncoder:
    """The encoder of a dataset version's columns; it keeps the codes that will be needed again."""

    rows: AppendableRows
    cache: ResidentCache
    arrays: Arrays

    def open_lease(self) -> AbstractContextManager[CacheLease]:
        return self.cache.open_lease(self.rows)

    def get_codes(self, lease: CacheLease, column: str, scale: Scale, rows: int) -> ColumnCodes:
        return lease.get_or_create(
            (column, scale), lambda: ColumnCodes(self.rows, self.arrays, column, scale), rows
        )

    def get_code_slice(self, lease: CacheLease, source: Axis | Predicate, start: int, stop: int) -> CodeSlice:
        """Return the codes of the rows ``start <= row < stop``.

        Two kinds of codes are encoded for one use and not kept: those of a scale of exact bounds, which a
        view rarely uses twice, and those of a few new rows of a column that is not resident, for which
        encoding all earlier rows would not pay.
        """
        column, scale = source.column, source.scale
        for_one_use = isinstance(scale, EdgesScale) or start > 0
        if not for_one_use or self.cache.has_entry(self.rows, (column, scale)):
            return CodeSlice(self.get_codes(lease, column, scale, stop).array)
        first = start & ~63
        array = self.arrays.ensure_capacity(self.arrays.create_empty(scale.dtype), stop - first)
        self.arrays.encode_column(self.rows.read_pieces(column, start, stop), scale, array, first)
        return CodeSlice(array, first)
