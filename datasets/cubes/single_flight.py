"""A cache whose values are each created once, even if several threads request one at the same time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Protocol, TypeVar, cast
from weakref import WeakValueDictionary

from gpu.byte_lru import ByteLru


class SupportsNbytes(Protocol):
    """A value that knows its size in bytes."""

    @property
    def nbytes(self) -> int: ...


V = TypeVar("V", bound=SupportsNbytes)


class SingleFlightCache:
    """Values by key within a limit of bytes, each created once. Thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._values: ByteLru[Hashable, SupportsNbytes] = ByteLru(capacity)
        self._lock = Lock()
        self._key_locks: WeakValueDictionary[Hashable, _KeyLock] = WeakValueDictionary()

    def get_or_create(self, key: Hashable, create: Callable[[], dict[Hashable, V]]) -> V:
        """Return the cached value of a key, or create it and cache everything that is created with it."""
        with self._lock:
            key_lock = self._key_locks.setdefault(key, _KeyLock())
        with key_lock.lock:
            with self._lock:
                value = self._values.get(key)
            return cast(V, value) if value is not None else self._store_created(key, create())

    def is_cached(self, key: Hashable) -> bool:
        """Return whether the value of a key is cached now."""
        with self._lock:
            return self._values.get(key) is not None

    def _store_created(self, key: Hashable, created: dict[Hashable, V]) -> V:
        with self._lock:
            for created_key, value in created.items():
                self._values.put_bounded(created_key, value, value.nbytes)
        return created[key]


class _KeyLock:
    """The lock of a key, held by the thread that creates its value; it lives as long as threads use it."""

    def __init__(self) -> None:
        self.lock = Lock()
