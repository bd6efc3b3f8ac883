"""The part of CuPy that the engine uses, on the host: what would not work on a device does not work here.

Arrays can't be mixed with NumPy's nor be read but by ``asnumpy``; nothing works outside of a stream; memory
around arrays holds rubbish, and what a kernel writes there is noticed.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from threading import Lock, local
from types import SimpleNamespace
from weakref import WeakSet, finalize

import numpy as np

from tests.device.host_kernels import build_library

GUARD_BYTES = 256
GUARD_VALUE = 0xA5
FAULTS = {1: "threads wait for others that have ended", 2: "a block wrote past its shared memory"}
STICKY_ERROR = "cudaErrorIllegalAddress"
_LAUNCH_LOCK = Lock()


class CUDARuntimeError(RuntimeError):
    """An error of CUDA's runtime."""


class CUDADriverError(RuntimeError):
    """An error of CUDA's driver, which launches kernels."""


class CompileException(Exception):  # noqa: N818  (CuPy's name)
    """Kernels that NVRTC refuses."""


class GuardedMemory:
    """Bytes between two guards."""

    def __init__(self, nbytes: int) -> None:
        whole = np.full(nbytes + 3 * GUARD_BYTES, GUARD_VALUE, np.uint8)
        first = GUARD_BYTES + -whole.ctypes.data % GUARD_BYTES
        self.bytes = whole[first : first + nbytes]
        self._guards = (
            whole[first - GUARD_BYTES : first],
            whole[first + nbytes : first + nbytes + GUARD_BYTES],
        )

    def is_intact(self) -> bool:
        return all((guard == GUARD_VALUE).all() for guard in self._guards)


class SimulatedArray:
    """A one-dimensional array in a device's memory."""

    __array_ufunc__ = None

    def __init__(self, cupy: SimulatedCuPy, memory: GuardedMemory, host: np.ndarray) -> None:
        self._cupy, self._memory, self._host = cupy, memory, host
        self.dtype, self.size, self.nbytes, self.itemsize = host.dtype, host.size, host.nbytes, host.itemsize
        self.data = SimpleNamespace(ptr=int(host.ctypes.data))

    def __array__(self, *_args: object, **_kwargs: object) -> np.ndarray:
        raise TypeError("an array of the device was used as one of the host")

    def __getitem__(self, part: slice) -> SimulatedArray:
        if not isinstance(part, slice):
            raise TypeError("an element of the device was read on the host")
        return SimulatedArray(self._cupy, self._memory, self._host[part])

    def __setitem__(self, part: slice, values: SimulatedArray) -> None:
        self._cupy.check_stream()
        self._host[part] = self._cupy.get_host_array(values)

    def astype(self, dtype: object, copy: bool = True) -> SimulatedArray:
        if self.dtype == dtype and not copy:
            return self
        return self._cupy.make_array(self._host.astype(dtype))

    def fill(self, value: int) -> None:
        self._cupy.check_stream()
        self._host[:] = value

    def set(self, values: np.ndarray) -> None:
        self._cupy.check_stream()
        if type(values) is not np.ndarray or values.dtype != self.dtype or values.shape != self._host.shape:
            raise ValueError(f"{values!r} can't be copied to an array of {self.size} {self.dtype}")
        self._host[:] = values


class SimulatedKernel:
    """A kernel as ``RawModule.get_function`` gives it."""

    def __init__(self, cupy: SimulatedCuPy, name: str) -> None:
        self._cupy, self._name = cupy, name
        self._launch = getattr(cupy.library, f"launch_{name}")
        self.max_dynamic_shared_size_bytes = 48 * 1024
        self.kernel = SimpleNamespace(ptr=id(self))

    def __call__(self, grid: tuple, block: tuple, arguments: tuple, *, shared_mem: int = 0) -> None:
        self._cupy.check_stream()
        assert shared_mem <= min(self.max_dynamic_shared_size_bytes, self._cupy.shared)
        words = [self._to_word(argument) for argument in arguments]
        with _LAUNCH_LOCK:
            fault = self._launch((ctypes.c_uint64 * len(words))(*words), *grid, *block, shared_mem)
        assert not fault, f"{self._name}: {FAULTS[fault]}"
        self._cupy.launches[self._name] += 1

    def _to_word(self, argument: object) -> int:
        if isinstance(argument, SimulatedArray):
            return self._cupy.get_host_array(argument).ctypes.data
        assert isinstance(argument, np.uint64), argument
        return int(argument)


class SimulatedStream:
    """Work of the thread that is in it."""

    def __init__(self, cupy: SimulatedCuPy) -> None:
        self._cupy = cupy

    def __enter__(self) -> None:
        self._cupy.thread.stream = self

    def __exit__(self, *_: object) -> None:
        self._cupy.thread.stream = None

    def synchronize(self) -> None:
        self._cupy.check_device()


class SimulatedCuPy:
    """The module, and its device of ``total`` bytes, whose blocks have ``threads`` and ``shared`` bytes."""

    def __init__(
        self,
        *,
        total: int = 1 << 30,
        processors: int = 3,
        threads: int = 32,
        shared: int = 12 * 1024,
        strict: bool = False,
    ) -> None:
        self.library = build_library(strict=strict)
        self.total, self.used, self.shared, self.threads = total, 0, shared, threads
        self.is_broken = False
        self.thread = local()
        self.memories: WeakSet[GuardedMemory] = WeakSet()
        self.launches: dict[str, int] = defaultdict(int)
        attributes = {
            "MultiProcessorCount": processors,
            "MaxThreadsPerBlock": threads,
            "MaxSharedMemoryPerBlockOptin": shared,
        }
        runtime = SimpleNamespace(
            getDeviceCount=lambda: 1,
            getDeviceProperties=lambda _: {"name": b"stand-in"},
            memGetInfo=self.get_free_memory,
            runtimeGetVersion=lambda: 0,
            driverGetVersion=lambda: 0,
        )
        runtime.CUDARuntimeError = CUDARuntimeError
        self.cuda = SimpleNamespace(
            driver=SimpleNamespace(
                CUDADriverError=CUDADriverError,
                occupancyMaxActiveBlocksPerMultiprocessor=self.count_resident_blocks,
            ),
            compiler=SimpleNamespace(CompileException=CompileException),
            Device=lambda: SimpleNamespace(attributes=attributes, compute_capability="host"),
            Stream=lambda **_: SimulatedStream(self),
            runtime=runtime,
        )

    def count_resident_blocks(self, kernel: int, threads: int, shared: int) -> int:
        """How many blocks a processor runs at a time: two of the largest, as far as shared memory allows."""
        assert isinstance(kernel, int)
        self.check_device()
        return min(2 * self.threads // threads, (self.shared + 1024) // (shared + 1024))

    def RawModule(self, **_: object) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(get_function=lambda name: SimulatedKernel(self, name))

    def get_default_memory_pool(self) -> SimpleNamespace:
        return SimpleNamespace(free_all_blocks=lambda: None)

    def break_device(self) -> None:
        """Let all work fail from now on, as after a kernel's access to memory that isn't there."""
        self.is_broken = True

    def check_device(self) -> None:
        if self.is_broken:
            raise CUDARuntimeError(f"{STICKY_ERROR}: an illegal memory access was encountered")

    def get_free_memory(self) -> tuple[int, int]:
        self.check_device()
        return self.total - self.used, self.total

    def check_stream(self) -> None:
        assert getattr(self.thread, "stream", None), "work for the device outside of its stream"
        self.check_device()

    def get_host_array(self, array: SimulatedArray) -> np.ndarray:
        """The bytes of an array of this device."""
        assert isinstance(array, SimulatedArray), f"{type(array)} is no array of the device"
        assert array._cupy is self, "an array of another device"
        return array._host

    def zeros(self, size: int, dtype: object) -> SimulatedArray:
        return self.make_array(np.zeros(size, dtype))

    def make_array(self, values: np.ndarray) -> SimulatedArray:
        """A new array of these values."""
        self.check_stream()
        if self.used + values.nbytes > self.total:
            raise MemoryError
        memory = GuardedMemory(values.nbytes)
        self.used += values.nbytes
        finalize(memory, self._release_bytes, values.nbytes)
        self.memories.add(memory)
        host = memory.bytes.view(values.dtype)
        host[:] = values
        return SimulatedArray(self, memory, host)

    def _release_bytes(self, nbytes: int) -> None:
        self.used -= nbytes

    def asnumpy(self, array: SimulatedArray) -> np.ndarray:
        self.check_stream()
        assert all(memory.is_intact() for memory in self.memories), (
            f"written beside an array, after {dict(self.launches)}"
        )
        return self.get_host_array(array).copy()
