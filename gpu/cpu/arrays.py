"""Arrays by row in the memory of the host."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cpu.native.composite_codes import join
from gpu.cpu.native.filter_bits import MOST_RANGES, select
from gpu.cpu.pool import cores, parts, run
from gpu.resident.arrays import Ranges, Window, room
from gpu.scales import Scale

Host = npt.NDArray[Any]
HostWords = npt.NDArray[np.uint64]


def address(window: Window) -> int:
    """Where row 0's code is, or would be."""
    return int(window.array.ctypes.data) - window.first * int(window.array.itemsize)


class HostArrays:
    """NumPy arrays, filled by all threads."""

    def empty(self, dtype: npt.DTypeLike) -> Host:
        return np.empty(0, dtype)

    def grown(self, array: Host, rows: int, dtype: npt.DTypeLike | None = None) -> Host:
        array = array.astype(array.dtype if dtype is None else dtype, copy=False)
        if array.size >= (rows + 127) & ~63:
            return array
        larger = np.zeros(room(rows, array.size), array.dtype)
        larger[: array.size] = array
        return larger

    def put(self, array: Host, row: int, values: Host) -> None:
        array[row : row + values.size] = values

    def encode(self, pieces: Iterable[tuple[int, pa.Array]], scale: Scale, out: Host, first: int = 0) -> None:
        """Encode several pieces at a time."""

        def place(row: int, values: pa.Array) -> None:
            self.put(out, row - first, scale.encode(values))

        waiting = iter(pieces)
        while some := list(islice(waiting, 2 * cores())):
            run(place, some)

    def select(self, window: Window, ranges: Ranges, words: HostWords, rows: range, *, narrow: bool) -> None:
        real = [(low, high - low - 1) for low, high in ranges if low < high]
        pairs = np.array(real, np.uint64).reshape(-1, 2)
        table = np.zeros(0, np.uint8)
        if len(real) > MOST_RANGES:
            table = np.zeros(65_536, np.uint8)
            for low, high in ranges:
                table[low:high] = 1
        fixed = address(window), window.array.itemsize, pairs, table, words.ctypes.data
        run(select, [(*fixed, *part, narrow) for part in parts(rows.start, rows.stop, cores())])

    def widen(self, words: HostWords, other: HostWords, part: range) -> None:
        words[part.start : part.stop] |= other[part.start : part.stop]

    def join(
        self, windows: list[Window], lookups: list[npt.NDArray[np.uint32]], out: Host, rows: range
    ) -> None:
        terms = np.array(
            [
                (address(window), window.array.itemsize, table.ctypes.data)
                for window, table in zip(windows, lookups, strict=True)
            ],
            np.uint64,
        )
        fixed = terms, out.ctypes.data, out.itemsize
        run(join, [(*fixed, *part) for part in parts(rows.start, rows.stop, cores())])
