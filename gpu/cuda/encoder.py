"""Encoding numbers and times on the device: counting which thresholds of a scale they have reached."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from gpu.cuda import fill_kernels
from gpu.cuda.device import Array, Device
from gpu.scales.base import BaseOrderedScale
from gpu.scales.thresholds import Thresholds


class DeviceEncoder:
    """An encoder of pieces of one column into ``out``, which uploads their common thresholds once."""

    def __init__(self, device: Device, out: Array) -> None:
        self._device, self._out = device, out
        self._uploaded: Thresholds | None = None
        self._thresholds: Array = None

    def encode_batch(self, scale: BaseOrderedScale, values: pa.Array, row: int) -> bool:
        """Write the codes after the first ``row`` rows; return False if the device can't compare these."""
        comparable, thresholds = scale.to_comparable(values)
        numbers = (
            comparable.values.astype(np.float32)
            if comparable.values.dtype == np.float16
            else comparable.values
        )
        if numbers.dtype.str[1:] not in fill_kernels.VALUE_DTYPES:
            return False
        if thresholds is not self._uploaded:
            self._uploaded, self._thresholds = thresholds, self._device.upload(thresholds.values)
        ends = thresholds.below_range, scale.code_count - 1
        arguments = self._thresholds, ends, numbers, comparable.valid, self._out, row
        self._device.run_on_device(fill_kernels.encode_values, self._device, *arguments)
        return True
