"""A CUDA device, used through CuPy: its memory, its kernels, and the one thread that uses it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial, wraps
from threading import get_ident
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar, cast
from weakref import WeakSet

import numpy as np
import numpy.typing as npt

from gpu.cuda import kernel_source
from gpu.resident.cache import ResidentCache

Array: TypeAlias = Any
"""A CuPy array in the device's memory."""
Module: TypeAlias = Any
"""CuPy, or a simulation of it."""
Kernel: TypeAlias = Any
P = ParamSpec("P")
T = TypeVar("T")

_ROW_DTYPES = ("u1", "u2", "u8", "i1")
"""The initial types of arrays with one element per row."""
DEFAULT_SHARED_BYTES = 48 * 1024
"""The bytes of shared memory that a block may use without a request for more."""


class UsesDevice(Protocol):
    """An object that has a device."""

    @property
    def device(self) -> Device: ...


S = TypeVar("S", bound=UsesDevice)


class NoDeviceError(Exception):
    """There is no device that works; the message says why."""


class DeviceFullError(MemoryError):
    """The device's memory is full, even after everything unused was evicted."""


class DeviceLostError(RuntimeError):
    """An error of CUDA has made the device useless to this process; the message says when and which."""


class Device:
    """The first device of CuPy, or of a simulation of it.

    All work goes through ``run_on_device``: a single thread does one task at a time, on one stream.

    Attributes:
        loss: When and why the device was lost; empty while it works. After an error such as an illegal
            access, CUDA refuses all further work of the process, so the device stays lost until it ends.
        caches: The caches that evict unused entries when memory is short.
        empty_arrays: An array without elements per type, available without waiting for the device's thread.
        max_shared_bytes: The most bytes of shared memory that a block may use.
        max_block_threads: The most threads that a block may have.
    """

    def __init__(self, cupy: Module) -> None:
        self._cupy = cupy
        self.loss = ""
        self._cuda_errors = cupy.cuda.runtime.CUDARuntimeError, cupy.cuda.driver.CUDADriverError
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="device")
        self._thread_id = self._thread.submit(get_ident).result()
        self.caches: WeakSet[ResidentCache] = WeakSet()
        attributes = cupy.cuda.Device().attributes
        self.processor_count = int(attributes["MultiProcessorCount"])
        self.max_shared_bytes = int(attributes["MaxSharedMemoryPerBlockOptin"])
        self.max_block_threads = int(attributes["MaxThreadsPerBlock"])
        self.name = str(cupy.cuda.runtime.getDeviceProperties(0)["name"], "utf-8")
        self._stream = self._thread.submit(cupy.cuda.Stream, non_blocking=True).result()
        self.empty_arrays = {kind: self.allocate_zeros(0, kind) for kind in map(np.dtype, _ROW_DTYPES)}
        module = self.run_on_device(
            cupy.RawModule, code=kernel_source.read_source(), options=kernel_source.OPTIONS
        )
        self._kernels = {
            name: self.run_on_device(module.get_function, name) for name in kernel_source.KERNEL_NAMES
        }

    def run_on_device(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call ``work`` on the device's thread and return its result.

        Raises:
            DeviceLostError: The device is lost, by this work or before it.
        """
        if get_ident() == self._thread_id:  # called by other work: to wait for a turn would block forever
            return work(*args, **kwargs)
        return self._thread.submit(self._on_stream, partial(work, *args, **kwargs)).result()

    def _on_stream(self, work: Callable[[], T]) -> T:
        if self.loss:
            raise DeviceLostError(self.loss)
        try:
            with self._stream:
                return work()
        except self._cuda_errors as error:
            if self._is_usable():
                raise
            self._record_loss(error)
            raise DeviceLostError(self.loss) from error

    def _is_usable(self) -> bool:
        """Return whether the device still works. This is tried, because many errors are fatal."""
        try:
            self._stream.synchronize()
            self._cupy.cuda.runtime.memGetInfo()
        except self._cuda_errors:
            return False
        return True

    def _record_loss(self, error: Exception) -> None:
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
        self.loss = f"{self.name} was lost at {now}: {error}"

    def get_memory(self) -> tuple[int, int]:
        """Return the free and the total bytes of the device's memory."""
        free, total = self.run_on_device(self._cupy.cuda.runtime.memGetInfo)
        return int(free), int(total)

    def describe_versions(self) -> str:
        """Return the versions of CUDA's runtime and of the driver."""
        runtime = self._cupy.cuda.runtime
        return f"CUDA runtime {runtime.runtimeGetVersion()}, driver {runtime.driverGetVersion()}"

    def allocate_zeros(self, size: int, dtype: npt.DTypeLike) -> Array:
        """Return a new array of zeros.

        Raises:
            DeviceFullError: There is no room for it, even after everything unused was evicted.
        """
        try:
            return self.run_on_device(self._cupy.zeros, size, dtype)
        except MemoryError:  # CuPy's own, or that of the allocator it was given
            self._free_unused()
        try:
            return self.run_on_device(self._cupy.zeros, size, dtype)
        except MemoryError:
            raise DeviceFullError(self._describe_full(size * np.dtype(dtype).itemsize)) from None

    def _free_unused(self) -> None:
        for cache in list(self.caches):
            cache.evict_unused()
        self.run_on_device(self._cupy.get_default_memory_pool().free_all_blocks)

    def _describe_full(self, wanted: int) -> str:
        free, total = self.get_memory()
        return (
            f"{self.name} has {free:,} of {total:,} bytes free, but {wanted:,} are needed; show fewer views"
        )

    def upload(self, values: npt.NDArray[Any]) -> Array:
        """Return a copy of host values in the device's memory."""
        array = self.allocate_zeros(values.size, values.dtype)
        self.write_array(array, 0, values)
        return array

    def write_array(self, array: Array, first: int, values: npt.NDArray[Any]) -> None:
        """Write host values, beginning at element ``first``."""
        if values.size:
            values = np.ascontiguousarray(values, array.dtype)
            self.run_on_device(lambda: array[first : first + values.size].set(values))

    def fill_range(self, array: Array, first: int, stop: int, value: int) -> None:
        """Set the elements ``first <= i < stop`` to one value."""
        self.run_on_device(lambda: array[first:stop].fill(value))

    def download(self, array: Array) -> npt.NDArray[Any]:
        """Wait for all earlier work and return a copy of the array on the host."""
        found: npt.NDArray[Any] = self.run_on_device(self._cupy.asnumpy, array)
        return found

    def wait_idle(self) -> None:
        """Wait until all earlier work is done."""
        self.run_on_device(self._stream.synchronize)

    def launch_kernel(
        self,
        kernel: str,
        items: int,
        *arguments: Array | int,
        shared: int = 0,
        threads: int = 256,
    ) -> None:
        """Launch a kernel over ``items`` items, which its threads share out evenly.

        At most as many blocks are started as run at the same time: further ones would begin when the first
        ones end, and have to clear and add up tables of their own.

        Args:
            kernel: The name of the kernel.
            items: The number of items, or slightly more.
            arguments: Device arrays, or integers of 64 bits.
            shared: Bytes of shared memory per block.
            threads: Threads per block, if the device allows as many.
        """
        threads = min(threads, self.max_block_threads)
        converted = tuple(_to_argument(each) for each in arguments)
        self.run_on_device(
            self._start_kernel, self._kernels[kernel], -(-items // threads), threads, converted, shared
        )

    def _start_kernel(
        self, kernel: Kernel, wanted: int, threads: int, arguments: tuple[Array, ...], shared: int
    ) -> None:
        if shared > DEFAULT_SHARED_BYTES:
            kernel.max_dynamic_shared_size_bytes = shared
        fitting = self._cupy.cuda.driver.occupancyMaxActiveBlocksPerMultiprocessor(
            kernel.kernel.ptr, threads, shared
        )
        grid = max(min(wanted, self.processor_count * fitting), 1)
        kernel((grid,), (threads,), arguments, shared_mem=shared)


def _to_argument(argument: Array | int) -> Array:
    return np.uint64(argument & (1 << 64) - 1) if isinstance(argument, int) else argument


def on_device(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Make a method run on the thread of its ``device``, as one task."""

    @wraps(method)
    def run_in_turn(self: S, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.device.run_on_device(method, self, *args, **kwargs)

    return cast(Callable[Concatenate[S, P], T], run_in_turn)


def element_address(array: Array, first: int = 0) -> int:
    """Return the address of element 0, given that the array begins with element ``first``."""
    return int(array.data.ptr) - first * int(array.itemsize)
