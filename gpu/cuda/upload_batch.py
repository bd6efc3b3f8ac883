"""Small things that go to the device together: each copy by itself would take longer than counting."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, address

_CHUNK = 64 * 1024


class Parcel:
    """Has places on the device for values of the host, which are there once it was sent."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._chunks: list[tuple[npt.NDArray[np.uint8], Array]] = []
        self._used = 0

    def place(self, values: npt.NDArray[Any]) -> int:
        """The address that these values will have, as long as the parcel lives."""
        packed = np.frombuffer(values.tobytes(), np.uint8)
        if not self._chunks or self._used + packed.size > self._chunks[-1][0].size:
            size = max(_CHUNK, packed.size)
            self._chunks.append((np.zeros(size, np.uint8), self._device.zeros(size, np.uint8)))
            self._used = 0
        host, array = self._chunks[-1]
        first = self._used
        host[first : first + packed.size] = packed
        self._used = (first + packed.size + 15) & ~15
        return address(array) + first

    def send(self) -> None:
        for host, array in self._chunks:
            self._device.put(array, 0, host)
