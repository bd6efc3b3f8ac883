"""A CUDA device, by way of CuPy: its memory, its kernels, and the one thread that uses it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from threading import get_ident
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar, cast
from weakref import WeakSet

import numpy as np
import numpy.typing as npt

from gpu.cuda import kernel_source
from gpu.resident.cache import Shelf

Array: TypeAlias = Any
"""CuPy's, in the device's memory."""
Module: TypeAlias = Any
"""CuPy, or what stands in for it."""
Kernel: TypeAlias = Any
P = ParamSpec("P")
T = TypeVar("T")


_GROWING = ("u1", "u2", "u8", "i1")
"""The types that arrays by row begin with."""
UNASKED = 48 * 1024
"""Bytes of shared memory that a block gets without more being asked for."""


class UsesDevice(Protocol):
    """What has a device."""

    @property
    def device(self) -> Device: ...


S = TypeVar("S", bound=UsesDevice)


class NoDeviceError(Exception):
    """There is no device that works; says why."""


class DeviceFullError(MemoryError):
    """The device's memory is full, although all was let go that nobody uses."""


class Device:
    """The first device of CuPy, or of what stands in for it.

    All work goes through ``run``: one thread does it, piece by piece, on one stream.

    Attributes:
        shelves: what may be let go when memory is short.
        nothing: an array without elements, by type, at hand without waiting for a turn.
        shared: bytes of shared memory that a block may have.
        threads: how many a block may have.
        resident: how many threads a processor keeps at a time.
    """

    def __init__(self, cupy: Module) -> None:
        self._cupy = cupy
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="device")
        self._worker = self._thread.submit(get_ident).result()
        self.shelves: WeakSet[Shelf] = WeakSet()
        attributes = cupy.cuda.Device().attributes
        self.processors = int(attributes["MultiProcessorCount"])
        self.shared = int(attributes["MaxSharedMemoryPerBlockOptin"])
        self.threads = int(attributes["MaxThreadsPerBlock"])
        self.resident = int(attributes["MaxThreadsPerMultiProcessor"])
        self.name = str(cupy.cuda.runtime.getDeviceProperties(0)["name"], "utf-8")
        self._stream = self._thread.submit(cupy.cuda.Stream, non_blocking=True).result()
        self.nothing = {kind: self.zeros(0, kind) for kind in map(np.dtype, _GROWING)}
        module = self.run(cupy.RawModule, code=kernel_source.text(), options=kernel_source.OPTIONS)
        self._kernels = {name: self.run(module.get_function, name) for name in kernel_source.KERNELS}

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returns when its turn has come."""
        if get_ident() == self._worker:
            return work(*args, **kwargs)
        return self._thread.submit(self._on_stream, partial(work, *args, **kwargs)).result()

    def _on_stream(self, work: Callable[[], T]) -> T:
        with self._stream:
            return work()

    def memory(self) -> tuple[int, int]:
        """Bytes free and in all."""
        free, total = self.run(self._cupy.cuda.runtime.memGetInfo)
        return int(free), int(total)

    def zeros(self, size: int, dtype: npt.DTypeLike) -> Array:
        """A new array of zeros.

        Raises:
            DeviceFullError: there is no room for it.
        """
        try:
            return self.run(self._cupy.zeros, size, dtype)
        except MemoryError:  # CuPy's own, or that of the allocator it was given
            self._make_room()
        try:
            return self.run(self._cupy.zeros, size, dtype)
        except MemoryError:
            raise DeviceFullError(self._full(size * np.dtype(dtype).itemsize)) from None

    def _make_room(self) -> None:
        for shelf in list(self.shelves):
            shelf.clear()
        self.run(self._cupy.get_default_memory_pool().free_all_blocks)

    def _full(self, wanted: int) -> str:
        free, total = self.memory()
        return f"{self.name} has {free:,} of {total:,} bytes free, {wanted:,} are needed: show fewer views"

    def upload(self, values: npt.NDArray[Any]) -> Array:
        """A copy in the device's memory."""
        array = self.zeros(values.size, values.dtype)
        self.put(array, 0, values)
        return array

    def put(self, array: Array, first: int, values: npt.NDArray[Any]) -> None:
        """Write values of the host from element ``first`` on."""
        if values.size:
            values = np.ascontiguousarray(values, array.dtype)
            self.run(lambda: array[first : first + values.size].set(values))

    def fill(self, array: Array, first: int, stop: int, value: int) -> None:
        """Set the elements ``first <= i < stop`` to one value."""
        self.run(lambda: array[first:stop].fill(value))

    def download(self, array: Array) -> npt.NDArray[Any]:
        """A copy on the host, once all work before is done."""
        found: npt.NDArray[Any] = self.run(self._cupy.asnumpy, array)
        return found

    def wait(self) -> None:
        """Wait until all work before is done."""
        self.run(self._stream.synchronize)

    def launch(
        self,
        kernel: str,
        items: int,
        *arguments: Array | int,
        shared: int = 0,
        blocks: int | None = None,
        threads: int = 256,
    ) -> None:
        """Start a kernel over ``items`` items, of which a thread takes every so many-th.

        Args:
            kernel: its name.
            items: how many there are, or a little more.
            arguments: device arrays, or integers of 64 bits.
            shared: bytes of shared memory a block gets.
            blocks: at most so many; None: what fills the device.
            threads: those of a block, if it may have as many.
        """
        threads = min(threads, self.threads)
        most = blocks or self.processors * max(self.resident // threads, 1)
        grid = max(min(-(-items // threads), most), 1)
        given = [_given(each) for each in arguments]
        self.run(self._start, self._kernels[kernel], grid, threads, given, shared)

    def _start(self, kernel: Kernel, grid: int, threads: int, given: list[Array], shared: int) -> None:
        if shared > UNASKED:
            kernel.max_dynamic_shared_size_bytes = shared
        kernel((grid,), (threads,), tuple(given), shared_mem=shared)


def _given(argument: Array | int) -> Array:
    return np.uint64(argument & (1 << 64) - 1) if isinstance(argument, int) else argument


def in_turn(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """A method that runs as one piece of its ``device``'s work."""

    @wraps(method)
    def run(self: S, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.device.run(method, self, *args, **kwargs)

    return cast(Callable[Concatenate[S, P], T], run)


def address(array: Array, first: int = 0) -> int:
    """Where element 0 is, or would be if the array begins with element ``first``."""
    return int(array.data.ptr) - first * int(array.itemsize)
