"""A cache bounded by bytes that evicts the least recently used values."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar


class SupportsNbytes(Protocol):
    @property
    def nbytes(self) -> int: ...


K = TypeVar("K")
V = TypeVar("V", bound=SupportsNbytes)


class ByteLru(Generic[K, V]):
    """Values by key, together at most ``capacity`` bytes. Not thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[K, V] = OrderedDict()
        self.nbytes = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value, unless it alone exceeds the capacity."""
        if value.nbytes > self._capacity:
            return
        self._remove(key)
        self._values[key] = value
        self.nbytes += value.nbytes
        while self.nbytes > self._capacity:
            self._remove(next(iter(self._values)))

    def _remove(self, key: K) -> None:
        value = self._values.pop(key, None)
        if value is not None:
            self.nbytes -= value.nbytes
