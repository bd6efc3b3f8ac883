"""Codes of numbers and instants, made on the device: the thresholds of a scale, reached or not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from gpu.cuda import fill_kernels
from gpu.cuda.device import Array, Device
from gpu.scales.base import Ordered
from gpu.scales.thresholds import Ladder


class Judge:
    """Encodes pieces of one column into ``out``; the thresholds, the same for all, go to the device once."""

    def __init__(self, device: Device, out: Array) -> None:
        self._device, self._out = device, out
        self._ladder: Ladder | None = None
        self._thresholds: Array = None

    def encode(self, scale: Ordered, values: pa.Array, row: int) -> bool:
        """Write the codes behind the first ``row`` rows; False where values are none a device can compare."""
        raw, ladder = scale.judged(values)
        numbers = raw.values.astype(np.float32) if raw.values.dtype == np.float16 else raw.values
        if numbers.dtype.str[1:] not in fill_kernels.VALUES:
            return False
        if ladder is not self._ladder:
            self._ladder, self._thresholds = ladder, self._device.upload(ladder.thresholds)
        ends = ladder.passed, scale.codes - 1
        made = self._thresholds, ends, numbers, raw.valid, self._out, row
        self._device.run(fill_kernels.append, self._device, *made)
        return True
