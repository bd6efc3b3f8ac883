"""A cache bounded by bytes that forgets what was used longest ago."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar


class Weighty(Protocol):
    @property
    def nbytes(self) -> int: ...


K = TypeVar("K")
V = TypeVar("V", bound=Weighty)


class Lru(Generic[K, V]):
    """Values by key, together no more than ``capacity`` bytes. For one thread at a time."""

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
        """Keep a value, unless it alone is over the capacity."""
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
