"""Arrays with one element per row in the memory of the host."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cpu.native.composite_codes import write_composite_codes
from gpu.cpu.native.filter_bits import MAX_RANGES, write_filter_bits
from gpu.cpu.pool import count_cores, run_parallel, split_rows
from gpu.resident.arrays import CodeRanges, CodeSlice, grown_capacity
from gpu.scales import Scale

HostArray = npt.NDArray[Any]
HostWords = npt.NDArray[np.uint64]


def first_code_address(code_slice: CodeSlice) -> int:
    """Return the address of row 0's code, which may lie before the slice."""
    return int(code_slice.array.ctypes.data) - code_slice.first_row * int(code_slice.array.itemsize)


class HostArrays:
    """NumPy arrays, filled by all threads."""

    def create_empty(self, dtype: npt.DTypeLike) -> HostArray:
        return np.empty(0, dtype)

    def ensure_capacity(self, array: HostArray, rows: int, dtype: npt.DTypeLike | None = None) -> HostArray:
        array = array.astype(array.dtype if dtype is None else dtype, copy=False)
        if array.size >= (rows + 127) & ~63:
            return array
        larger = np.zeros(grown_capacity(rows, array.size), array.dtype)
        larger[: array.size] = array
        return larger

    def write_values(self, array: HostArray, row: int, values: HostArray) -> None:
        array[row : row + values.size] = values

    def encode_column(
        self, pieces: Iterable[tuple[int, pa.Array]], scale: Scale, out: HostArray, first: int = 0
    ) -> None:
        """Encode pieces of a column into ``out``, several at a time."""

        def encode_piece(row: int, values: pa.Array) -> None:
            self.write_values(out, row - first, scale.encode(values))

        remaining = iter(pieces)
        while batch := list(islice(remaining, 2 * count_cores())):
            run_parallel(encode_piece, batch)

    def write_filter_bits(
        self, code_slice: CodeSlice, ranges: CodeRanges, words: HostWords, rows: range, *, intersect: bool
    ) -> None:
        nonempty = [(low, high - low - 1) for low, high in ranges if low < high]
        pairs = np.array(nonempty, np.uint64).reshape(-1, 2)
        table = np.zeros(0, np.uint8)
        if len(nonempty) > MAX_RANGES:
            table = np.zeros(65_536, np.uint8)
            for low, high in ranges:
                table[low:high] = 1
        fixed = first_code_address(code_slice), code_slice.array.itemsize, pairs, table, words.ctypes.data
        run_parallel(
            write_filter_bits,
            [(*fixed, *part, intersect) for part in split_rows(rows.start, rows.stop, count_cores())],
        )

    def union_bits(self, words: HostWords, other: HostWords, part: range) -> None:
        words[part.start : part.stop] |= other[part.start : part.stop]

    def write_composite_codes(
        self, slices: list[CodeSlice], lookups: list[npt.NDArray[np.uint32]], out: HostArray, rows: range
    ) -> None:
        terms = np.array(
            [
                (first_code_address(code_slice), code_slice.array.itemsize, table.ctypes.data)
                for code_slice, table in zip(slices, lookups, strict=True)
            ],
            np.uint64,
        )
        fixed = terms, out.ctypes.data, out.itemsize
        run_parallel(
            write_composite_codes,
            [(*fixed, *part) for part in split_rows(rows.start, rows.stop, count_cores())],
        )
