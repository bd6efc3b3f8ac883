"""Arrays with one element per row in the memory of a device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cuda import fill_kernels
from gpu.cuda.device import Array, Device, on_device
from gpu.cuda.encoder import DeviceEncoder
from gpu.cuda.fill_kernels import get_code_layout
from gpu.resident.arrays import CodeRanges, CodeSlice, grown_capacity
from gpu.scales import Scale
from gpu.scales.base import BaseOrderedScale


@dataclass(frozen=True)
class DeviceArrays:
    """CuPy arrays. Columns are decoded in the calling thread and copied to the device piece by piece."""

    device: Device

    def create_empty(self, dtype: npt.DTypeLike) -> Array:
        """Return an array without elements, without waiting for the device's thread.

        The cache creates entries under its lock, and that thread needs this lock when memory is short.
        """
        return self.device.empty_arrays[np.dtype(dtype)]

    @on_device
    def ensure_capacity(self, array: Array, rows: int, dtype: npt.DTypeLike | None = None) -> Array:
        kind = np.dtype(array.dtype if dtype is None else dtype)
        if array.size >= (rows + 127) & ~63 and array.dtype == kind:
            return array
        # Only integers are ever widened here, as a column of floats keeps its type: CuPy's conversion would
        # take subnormal floats for 0.
        larger = self.device.allocate_zeros(max(grown_capacity(rows, array.size), array.size), kind)
        larger[: array.size] = array.astype(kind, copy=False)
        return larger

    def write_values(self, array: Array, row: int, values: npt.NDArray[Any]) -> None:
        self.device.write_array(array, row, values)

    def encode_column(
        self, pieces: Iterable[tuple[int, pa.Array]], scale: Scale, out: Array, first: int = 0
    ) -> None:
        """Encode numbers and times on the device, by comparing them with the edges, and texts on the host."""
        encoder = DeviceEncoder(self.device, out)
        for row, values in pieces:
            if not (isinstance(scale, BaseOrderedScale) and encoder.encode_batch(scale, values, row - first)):
                self.device.write_array(out, row - first, scale.encode(values))

    @on_device
    def write_filter_bits(
        self, code_slice: CodeSlice, ranges: CodeRanges, words: Array, rows: range, *, intersect: bool
    ) -> None:
        codes = get_code_layout(code_slice.array, code_slice.first_row)
        fill_kernels.write_filter_bits(self.device, codes, ranges, words, rows, intersect=intersect)

    def union_bits(self, words: Array, other: Array, part: range) -> None:
        fill_kernels.union_bits(self.device, words, other, part)

    @on_device
    def write_composite_codes(
        self, slices: list[CodeSlice], lookups: list[npt.NDArray[np.uint32]], out: Array, rows: range
    ) -> None:
        codes = [get_code_layout(code_slice.array, code_slice.first_row) for code_slice in slices]
        fill_kernels.write_composite_codes(self.device, codes, lookups, out, rows)
