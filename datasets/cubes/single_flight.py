"""Values that are kept under a bound of bytes, each made once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast
from weakref import WeakValueDictionary

from datasets.cubes.byte_lru import Lru, Weighty

V = TypeVar("V", bound=Weighty)


class Kept:
    """Values by key, each made once however many ask for it at the same time. For many threads."""

    def __init__(self, capacity: int) -> None:
        self._values: Lru[Hashable, Weighty] = Lru(capacity)
        self._lock = Lock()
        self._making: WeakValueDictionary[Hashable, _Making] = WeakValueDictionary()

    def of(self, key: Hashable, make: Callable[[], dict[Hashable, V]]) -> V:
        """The value of a key: as kept, or as made; what else is made with it is kept too."""
        with self._lock:
            making = self._making.setdefault(key, _Making())
        with making.lock:
            with self._lock:
                found = self._values.get(key)
            return cast(V, found) if found is not None else self._made(key, make())

    def holds(self, key: Hashable) -> bool:
        """Whether the value of a key is kept now."""
        with self._lock:
            return self._values.get(key) is not None

    def _made(self, key: Hashable, made: dict[Hashable, V]) -> V:
        with self._lock:
            for each, value in made.items():
                self._values.put(each, value)
        return made[key]


class _Making:
    """One who makes a value, and those who wait for it."""

    def __init__(self) -> None:
        self.lock = Lock()
