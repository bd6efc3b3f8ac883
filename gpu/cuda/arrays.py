"""Arrays by row in the memory of a device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cuda import fill_kernels
from gpu.cuda.device import Array, Device, in_turn
from gpu.cuda.encoder import Judge
from gpu.cuda.fill_kernels import codes_of
from gpu.resident.arrays import Ranges, Window, room
from gpu.scales import Scale
from gpu.scales.base import Ordered


@dataclass(frozen=True)
class DeviceArrays:
    """CuPy arrays; what is read is decoded in the thread that asks, and goes to the device piece by piece."""

    device: Device

    def empty(self, dtype: npt.DTypeLike) -> Array:
        """The shelf makes entries under its lock, which the device's thread takes when memory is short."""
        return self.device.nothing[np.dtype(dtype)]

    @in_turn
    def grown(self, array: Array, rows: int, dtype: npt.DTypeLike | None = None) -> Array:
        kind = np.dtype(array.dtype if dtype is None else dtype)
        if array.size >= (rows + 127) & ~63 and array.dtype == kind:
            return array
        larger = self.device.zeros(max(room(rows, array.size), array.size), kind)
        larger[: array.size] = array.astype(kind, copy=False)
        return larger

    def put(self, array: Array, row: int, values: npt.NDArray[Any]) -> None:
        self.device.put(array, row, values)

    def encode(
        self, pieces: Iterable[tuple[int, pa.Array]], scale: Scale, out: Array, first: int = 0
    ) -> None:
        """Numbers and instants are compared with the edges on the device; texts are looked up here."""
        judge = Judge(self.device, out)
        for row, values in pieces:
            if not (isinstance(scale, Ordered) and judge.encode(scale, values, row - first)):
                self.device.put(out, row - first, scale.encode(values))

    @in_turn
    def select(self, window: Window, ranges: Ranges, words: Array, rows: range, *, narrow: bool) -> None:
        codes = codes_of(window.array, window.first)
        fill_kernels.choose(self.device, codes, ranges, words, rows, narrow=narrow)

    def widen(self, words: Array, other: Array, part: range) -> None:
        fill_kernels.widen(self.device, words, other, part)

    @in_turn
    def join(
        self, windows: list[Window], lookups: list[npt.NDArray[np.uint32]], out: Array, rows: range
    ) -> None:
        codes = [codes_of(window.array, window.first) for window in windows]
        fill_kernels.join(self.device, codes, lookups, out, rows)
