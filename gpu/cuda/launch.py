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


def passing(filters: Sequence[Array], device: Device, rows: range, out: int = 0) -> int:
    """How many of the rows pass every filter; their bits are written where row 0's would be at ``out``."""
    given = device.upload(np.array([address(words) for words in filters], np.uint64))
    passed = device.zeros(1, np.uint64)
    what = given, len(filters), out, passed, rows.start, rows.stop
    device.launch("conjoin", len(rows) // 16 + 2, *what, shared=8)
    return int(device.download(passed)[0])


def bits(filters: Sequence[Array], device: Device, rows: range) -> npt.NDArray[np.uint64]:
    """Which of the rows pass every filter, on the host; the first word has the first row's bit."""
    first, last = rows.start // 64, (rows.stop + 63) // 64
    words = device.zeros(last - first, np.uint64)
    passing(filters, device, rows, address(words, first))
    found: npt.NDArray[np.uint64] = device.download(words)
    return found
