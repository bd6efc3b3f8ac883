"""Counting on a device."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, address
from gpu.cuda.plan import Pass, Plan

STRETCH = 1 << 31
"""Rows a launch has at most: counts in shared memory are of 32 bits."""
_THREADS = {"count": 1024, "measure": 512}


def carry_out(plan: Plan, device: Device, start: int, stop: int, go_on: Callable[[], None]) -> None:
    """Count the rows ``start <= row < stop`` pass by pass; before each, ``go_on`` may end it by raising."""
    for each in plan.passes:
        for low in range(start, stop, STRETCH):
            go_on()
            _count(each, device, low, min(low + STRETCH, stop))
            device.wait()


def _count(each: Pass, device: Device, start: int, stop: int) -> None:
    threads = _THREADS[each.kernel]
    blocks = device.processors if 2 * each.shared > device.shared else None
    strips = (stop - start) // 16 + 2
    given = each.place, start, stop
    device.launch(each.kernel, strips, *given, shared=each.shared, blocks=blocks, threads=threads)


def passing(filters: Sequence[Array], device: Device, rows: int, bits: Array | None = None) -> int:
    """How many of the rows pass every filter; their bits are written to ``bits``."""
    given = device.upload(np.array([address(words) for words in filters], np.uint64))
    passed = device.zeros(1, np.uint64)
    out = 0 if bits is None else bits
    device.launch("conjoin", rows // 16 + 1, given, len(filters), out, passed, rows, shared=8)
    return int(device.download(passed)[0])


def mask(filters: Sequence[Array], device: Device, rows: int) -> npt.NDArray[np.bool_]:
    """Which of the rows pass every filter."""
    bits = device.zeros((rows + 63) // 64, np.uint64)
    passing(filters, device, rows, bits)
    words = device.download(bits).view(np.uint8)
    return np.unpackbits(words, count=rows, bitorder="little").view(np.bool_)
