"""Launching the kernels that count."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, element_address
from gpu.cuda.plan import KernelPass, LaunchPlan

MAX_LAUNCH_ROWS = 1 << 31
"""The most rows of a launch, because counts in shared memory have 32 bits."""
_THREADS = 1024
"""The threads of a block, if the device allows as many: the kernels are compiled for so many."""


def run_plan(
    plan: LaunchPlan, device: Device, start: int, stop: int, raise_if_cancelled: Callable[[], None]
) -> None:
    """Count the rows ``start <= row < stop`` pass by pass, calling ``raise_if_cancelled`` before each."""
    for kernel_pass in plan.passes:
        for low in range(start, stop, MAX_LAUNCH_ROWS):
            raise_if_cancelled()
            _launch_pass(kernel_pass, device, low, min(low + MAX_LAUNCH_ROWS, stop))
            device.wait_idle()


def _launch_pass(kernel_pass: KernelPass, device: Device, start: int, stop: int) -> None:
    strips = (stop - start) // 16 + 2
    arguments = kernel_pass.struct_address, start, stop
    device.launch_kernel(
        kernel_pass.kernel, strips, *arguments, shared=kernel_pass.shared_bytes, threads=_THREADS
    )


def count_passing_rows(filters: Sequence[Array], device: Device, rows: range, out: int = 0) -> int:
    """Return how many of the rows pass every filter, and write their bits if ``out`` isn't 0.

    ``out`` is the address that row 0's bits have, or would have.
    """
    addresses = device.upload(np.array([element_address(words) for words in filters], np.uint64))
    passed = device.allocate_zeros(1, np.uint64)
    arguments = addresses, len(filters), out, passed, rows.start, rows.stop
    device.launch_kernel("intersect_filters", len(rows) // 16 + 2, *arguments, shared=8)
    return int(device.download(passed)[0])


def compute_bitmask(filters: Sequence[Array], device: Device, rows: range) -> npt.NDArray[np.uint64]:
    """Return which of the rows pass every filter, on the host; the first row's bit is in the first word."""
    first, last = rows.start // 64, (rows.stop + 63) // 64
    words = device.allocate_zeros(last - first, np.uint64)
    count_passing_rows(filters, device, rows, element_address(words, first))
    found: npt.NDArray[np.uint64] = device.download(words)
    return found
