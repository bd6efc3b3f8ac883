"""Small uploads combined into one copy, because each copy by itself would take longer than counting."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, element_address

_CHUNK = 64 * 1024


class UploadBatch:
    """Values of the host with addresses on the device, where they are after ``upload_all``."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._chunks: list[tuple[npt.NDArray[np.uint8], Array]] = []
        self._used = 0

    def add_values(self, values: npt.NDArray[Any]) -> int:
        """Add values and return the address that they will have as long as the batch lives."""
        packed = np.frombuffer(values.tobytes(), np.uint8)
        if not self._chunks or self._used + packed.size > self._chunks[-1][0].size:
            size = max(_CHUNK, packed.size)
            self._chunks.append((np.zeros(size, np.uint8), self._device.allocate_zeros(size, np.uint8)))
            self._used = 0
        host, array = self._chunks[-1]
        first = self._used
        host[first : first + packed.size] = packed
        self._used = (first + packed.size + 15) & ~15
        return element_address(array) + first

    def upload_all(self) -> None:
        for host, array in self._chunks:
            self._device.write_array(array, 0, host)
