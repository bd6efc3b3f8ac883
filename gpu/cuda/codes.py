"""Codes of numbers and instants, made on the device: the thresholds of a scale, reached or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cuda.device import Array, Device, in_turn
from gpu.scales.base import Ordered
from gpu.scales.ladder import Ladder

VALUES = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
"""The types that values may come in."""
Ends = tuple[int, int]
"""The code below the first threshold, and that of missing values."""


class Judge:
    """Encodes pieces of one column into ``out``; the thresholds, the same for all, go to the device once."""

    def __init__(self, device: Device, out: Array) -> None:
        self.device, self._out = device, out
        self._ladder: Ladder | None = None
        self._thresholds: Array = None

    def encode(self, scale: Ordered, values: pa.Array, row: int) -> bool:
        """Write the codes behind the first ``row`` rows; False where values are none a device can compare."""
        raw, ladder = scale.judged(values)
        numbers = raw.values.astype(np.float32) if raw.values.dtype == np.float16 else raw.values
        if numbers.dtype.str[1:] not in VALUES:
            return False
        if ladder is not self._ladder:
            self._ladder, self._thresholds = ladder, self.device.upload(ladder.thresholds)
        self._append(numbers, raw.valid, (ladder.passed, scale.codes - 1), row)
        return True

    @in_turn
    def _append(
        self, numbers: npt.NDArray[Any], valid: npt.NDArray[np.bool_] | None, ends: Ends, row: int
    ) -> None:
        device, out, thresholds = self.device, self._out, self._thresholds
        given = device.upload(np.array([thresholds.data.ptr, thresholds.size, *ends], np.uint64))
        present = 0 if valid is None else device.upload(valid.view(np.uint8))
        what = VALUES.index(numbers.dtype.str[1:]), device.upload(numbers), present, numbers.size
        device.launch("append", numbers.size, given, *what, out, out.itemsize, row)
