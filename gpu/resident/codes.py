"""A column's codes on a scale."""

from __future__ import annotations

from gpu.resident.appendable_rows import Rows
from gpu.resident.arrays import Array, Arrays
from gpu.resident.entry import Carry, Movable
from gpu.scales import Scale


class Codes(Movable):
    """A column's codes on a scale, in the scale's own narrow type."""

    def __init__(self, rows: Rows, arrays: Arrays, column: str, scale: Scale) -> None:
        super().__init__()
        self._rows, self._arrays, self._column, self._scale = rows, arrays, column, scale
        self.array: Array = arrays.empty(scale.dtype)

    @property
    def nbytes(self) -> int:
        return int(self.array.nbytes)

    def move(self, carry: Carry) -> None:
        self.array = carry(self.array)

    def grow(self, start: int, stop: int) -> None:
        array = self._arrays.grown(self.array, stop)
        self._arrays.encode(self._rows.read(self._column, start, stop), self._scale, array)
        self.array = array
