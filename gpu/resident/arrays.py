"""What an engine does with its arrays by row, in whatever memory they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.scales import Scale

Array: TypeAlias = Any
"""NumPy's where rows are counted on the host, CuPy's where on a device."""
Words: TypeAlias = Any
"""An array of uint64 with a bit a row; those behind the last row are 0."""
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Window:
    """Codes from row ``first`` on, a multiple of 64."""

    array: Array
    first: int = 0


def room(rows: int, held: int) -> int:
    """How many elements an array gets that held some and is to hold more, and the rest of a word."""
    needed = (rows + 127) & ~63
    return needed if held == 0 else max(needed, (held * 5 // 4) & ~63)


class Arrays(Protocol):
    """What is by row and how it is made."""

    def empty(self, dtype: npt.DTypeLike) -> Array:
        """An array of no rows."""
        ...

    def grown(self, array: Array, rows: int, dtype: npt.DTypeLike | None = None) -> Array:
        """``array``, or a copy that has room for ``rows`` rows and the rest of a word behind them, all 0."""
        ...

    def put(self, array: Array, row: int, values: npt.NDArray[Any]) -> None:
        """Write values of the host from ``row`` on."""
        ...

    def encode(
        self, pieces: Iterable[tuple[int, pa.Array]], scale: Scale, out: Array, first: int = 0
    ) -> None:
        """Encode pieces of a column into ``out``, whose first element is row ``first``."""
        ...

    def select(self, window: Window, ranges: Ranges, words: Words, rows: range, *, narrow: bool) -> None:
        """Write the bits of rows whose code is in one of the ranges; where ``narrow`` only clear others'."""
        ...

    def widen(self, words: Words, other: Words, part: range) -> None:
        """Set, in these words, the bits that ``other`` has too."""
        ...

    def join(
        self, windows: list[Window], lookups: list[npt.NDArray[np.uint32]], out: Array, rows: range
    ) -> None:
        """Write the sum of what the windows' codes are looked up as."""
        ...
