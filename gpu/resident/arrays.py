"""The operations that an engine needs on arrays with one element per row, on the host or on a device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.scales import Scale

Array: TypeAlias = Any
"""A NumPy array if rows are counted on the host, a CuPy array if they are counted on a device."""
BitWords: TypeAlias = Any
"""An array of uint64 with one bit per row; bits after the last row are 0."""
CodeRanges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class CodeSlice:
    """Codes from row ``first_row`` on, which is a multiple of 64."""

    array: Array
    first_row: int = 0


def grown_capacity(rows: int, size: int) -> int:
    """Return the new size for an array of ``size`` elements that needs room for ``rows`` rows.

    The size is a multiple of 64 and leaves room for the rest of a word. Existing arrays grow by at least a
    quarter.
    """
    needed = (rows + 127) & ~63
    return needed if size == 0 else max(needed, (size * 5 // 4) & ~63)


class Arrays(Protocol):
    """The arrays of one memory, the host's or a device's, and how they are filled."""

    def create_empty(self, dtype: npt.DTypeLike) -> Array:
        """Return an array without elements."""
        ...

    def ensure_capacity(self, array: Array, rows: int, dtype: npt.DTypeLike | None = None) -> Array:
        """Return ``array``, or a copy with room for ``rows`` rows and the rest of a word, padded with 0."""
        ...

    def write_values(self, array: Array, row: int, values: npt.NDArray[Any]) -> None:
        """Write values from the host, beginning at ``row``."""
        ...

    def encode_column(
        self, pieces: Iterable[tuple[int, pa.Array]], scale: Scale, out: Array, first: int = 0
    ) -> None:
        """Encode pieces of a column into ``out``, whose first element is the row ``first``."""
        ...

    def write_filter_bits(
        self, code_slice: CodeSlice, ranges: CodeRanges, words: BitWords, rows: range, *, intersect: bool
    ) -> None:
        """Write, for each row, whether its code is in one of the ranges.

        With ``intersect`` only clear the bits of rows whose code is in none of them.
        """
        ...

    def union_bits(self, words: BitWords, other: BitWords, part: range) -> None:
        """Set in ``words`` the bits that are set in ``other``, for the words ``part``."""
        ...

    def write_composite_codes(
        self, slices: list[CodeSlice], lookups: list[npt.NDArray[np.uint32]], out: Array, rows: range
    ) -> None:
        """Write the sum of the looked-up codes of all slices, for these rows."""
        ...
