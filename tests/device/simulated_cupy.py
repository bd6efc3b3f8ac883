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

from tests.device.host_kernels import library

GUARD = 256
RUBBISH = 0xA5
FAULTS = {1: "threads wait for others that have ended", 2: "a block wrote past its shared memory"}
_HOST = Lock()


class Memory:
    """Bytes between two guards."""

    def __init__(self, nbytes: int) -> None:
        whole = np.full(nbytes + 3 * GUARD, RUBBISH, np.uint8)
        first = GUARD + -whole.ctypes.data % GUARD
        self.bytes = whole[first : first + nbytes]
        self._guards = whole[first - GUARD : first], whole[first + nbytes : first + nbytes + GUARD]

    def sound(self) -> bool:
        return all((guard == RUBBISH).all() for guard in self._guards)


class Array:
    """A one-dimensional array in a device's memory."""

    __array_ufunc__ = None

    def __init__(self, cupy: CuPy, memory: Memory, host: np.ndarray) -> None:
        self._cupy, self._memory, self._host = cupy, memory, host
        self.dtype, self.size, self.nbytes, self.itemsize = host.dtype, host.size, host.nbytes, host.itemsize
        self.data = SimpleNamespace(ptr=int(host.ctypes.data))

    def __array__(self, *_args: object, **_kwargs: object) -> np.ndarray:
        raise TypeError("an array of the device was used as one of the host")

    def __getitem__(self, part: slice) -> Array:
        if not isinstance(part, slice):
            raise TypeError("an element of the device was read on the host")
        return Array(self._cupy, self._memory, self._host[part])

    def __setitem__(self, part: slice, values: Array) -> None:
        self._cupy.check()
        self._host[part] = self._cupy.own(values)

    def astype(self, dtype: object, copy: bool = True) -> Array:
        if self.dtype == dtype and not copy:
            return self
        return self._cupy.made(self._host.astype(dtype))

    def fill(self, value: int) -> None:
        self._cupy.check()
        self._host[:] = value

    def set(self, values: np.ndarray) -> None:
        self._cupy.check()
        if type(values) is not np.ndarray or values.dtype != self.dtype or values.shape != self._host.shape:
            raise ValueError(f"{values!r} can't be copied to an array of {self.size} {self.dtype}")
        self._host[:] = values


class Kernel:
    """A kernel as ``RawModule.get_function`` gives it."""

    def __init__(self, cupy: CuPy, name: str) -> None:
        self._cupy, self._name = cupy, name
        self._launch = getattr(cupy.library, f"launch_{name}")
        self.max_dynamic_shared_size_bytes = 48 * 1024

    def __call__(self, grid: tuple, block: tuple, arguments: tuple, *, shared_mem: int = 0) -> None:
        self._cupy.check()
        assert shared_mem <= min(self.max_dynamic_shared_size_bytes, self._cupy.shared)
        words = [self._word(argument) for argument in arguments]
        with _HOST:
            fault = self._launch((ctypes.c_uint64 * len(words))(*words), *grid, *block, shared_mem)
        assert not fault, f"{self._name}: {FAULTS[fault]}"
        self._cupy.launches[self._name] += 1

    def _word(self, argument: object) -> int:
        if isinstance(argument, Array):
            return self._cupy.own(argument).ctypes.data
        assert isinstance(argument, np.uint64), argument
        return int(argument)


class Stream:
    """Work of the thread that is in it."""

    def __init__(self, cupy: CuPy) -> None:
        self._cupy = cupy

    def __enter__(self) -> None:
        self._cupy.thread.stream = self

    def __exit__(self, *_: object) -> None:
        self._cupy.thread.stream = None

    def synchronize(self) -> None:
        self._cupy.check()


class CuPy:
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
        self.library = library(strict=strict)
        self.total, self.used, self.shared = total, 0, shared
        self.thread = local()
        self.memories: WeakSet[Memory] = WeakSet()
        self.launches: dict[str, int] = defaultdict(int)
        attributes = {
            "MultiProcessorCount": processors,
            "MaxThreadsPerBlock": threads,
            "MaxThreadsPerMultiProcessor": 2 * threads,
            "MaxSharedMemoryPerBlockOptin": shared,
        }
        runtime = SimpleNamespace(
            getDeviceCount=lambda: 1,
            getDeviceProperties=lambda _: {"name": b"stand-in"},
            memGetInfo=lambda: (self.total - self.used, self.total),
            runtimeGetVersion=lambda: 0,
            driverGetVersion=lambda: 0,
        )
        self.cuda = SimpleNamespace(
            Device=lambda: SimpleNamespace(attributes=attributes, compute_capability="host"),
            Stream=lambda **_: Stream(self),
            runtime=runtime,
        )

    def RawModule(self, **_: object) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(get_function=lambda name: Kernel(self, name))

    def get_default_memory_pool(self) -> SimpleNamespace:
        return SimpleNamespace(free_all_blocks=lambda: None)

    def check(self) -> None:
        assert getattr(self.thread, "stream", None), "work for the device outside of its stream"

    def own(self, array: Array) -> np.ndarray:
        """The bytes of an array of this device."""
        assert isinstance(array, Array), f"{type(array)} is no array of the device"
        assert array._cupy is self, "an array of another device"
        return array._host

    def zeros(self, size: int, dtype: object) -> Array:
        return self.made(np.zeros(size, dtype))

    def made(self, values: np.ndarray) -> Array:
        """A new array of these values."""
        self.check()
        if self.used + values.nbytes > self.total:
            raise MemoryError
        memory = Memory(values.nbytes)
        self.used += values.nbytes
        finalize(memory, self._free, values.nbytes)
        self.memories.add(memory)
        host = memory.bytes.view(values.dtype)
        host[:] = values
        return Array(self, memory, host)

    def _free(self, nbytes: int) -> None:
        self.used -= nbytes

    def asnumpy(self, array: Array) -> np.ndarray:
        self.check()
        assert all(memory.sound() for memory in self.memories), (
            f"written beside an array, after {dict(self.launches)}"
        )
        return self.own(array).copy()
