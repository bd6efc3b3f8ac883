"""An LRU cache bounded by bytes, in which values can be pinned."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class _Slot(Generic[V]):
    __slots__ = ("nbytes", "pin_count", "value")

    def __init__(self, value: V, nbytes: int) -> None:
        self.value, self.nbytes, self.pin_count = value, nbytes, 0


class ByteLru(Generic[K, V]):
    """Values by key with their sizes, the least recently used first. Not thread-safe.

    The owner states the size of each value, holds a lock if there are several threads, and says when to
    evict.

    Attributes:
        max_bytes: The bound that eviction restores.
        nbytes: The sum of all sizes, kept up to date by every operation.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.nbytes = 0
        self._slots: OrderedDict[K, _Slot[V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, key: object) -> bool:
        return key in self._slots

    def __iter__(self) -> Iterator[K]:
        """Iterate over the keys, the least recently used first."""
        return iter(self._slots)

    def get(self, key: K) -> V | None:
        """Return the value of a key and mark it as just used; None if there is none."""
        slot = self._slots.get(key)
        if slot is None:
            return None
        self._slots.move_to_end(key)
        return slot.value

    def peek(self, key: K) -> V | None:
        """Return the value of a key without marking it as used; None if there is none."""
        slot = self._slots.get(key)
        return None if slot is None else slot.value

    def put(self, key: K, value: V, nbytes: int) -> None:
        """Set the value of a key and mark it as just used, without evicting anything.

        A value that is replaced keeps its pins.
        """
        slot = self._slots.setdefault(key, _Slot(value, 0))
        slot.value = value
        self.resize(key, nbytes)
        self._slots.move_to_end(key)

    def put_bounded(self, key: K, value: V, nbytes: int) -> list[tuple[K, V]]:
        """Set the value of a key and return what was evicted for it; refuse a value that exceeds the bound.

        A refused value leaves everything as it was, including an older value of the key.
        """
        if nbytes > self.max_bytes:
            return []
        self.put(key, value, nbytes)
        return self.evict()

    def resize(self, key: K, nbytes: int) -> None:
        """State the present size of a value."""
        slot = self._slots[key]
        self.nbytes += nbytes - slot.nbytes
        slot.nbytes = nbytes

    def pop(self, key: K) -> V | None:
        """Remove and return the value of a key, even if it is pinned; None if there is none."""
        slot = self._slots.pop(key, None)
        if slot is None:
            return None
        self.nbytes -= slot.nbytes
        return slot.value

    def pin(self, key: K) -> None:
        """Protect a value from eviction until it has been unpinned as often as pinned."""
        self._slots[key].pin_count += 1

    def unpin(self, key: K) -> bool:
        """Undo one pin and return whether it was the last."""
        slot = self._slots[key]
        slot.pin_count -= 1
        return slot.pin_count == 0

    def pop_excess(self, max_bytes: int | None = None, keep: int = 0) -> tuple[K, V] | None:
        """Remove and return the least recently used unpinned value, if the bound is exceeded.

        Args:
            max_bytes: The bound; None for the attribute's.
            keep: With no more than this many values, none is removed.
        """
        bound = self.max_bytes if max_bytes is None else max_bytes
        if self.nbytes <= bound or len(self._slots) <= keep:
            return None
        key = next((key for key, slot in self._slots.items() if not slot.pin_count), None)
        if key is None:
            return None
        slot = self._slots.pop(key)
        self.nbytes -= slot.nbytes
        return key, slot.value

    def evict(self, max_bytes: int | None = None) -> list[tuple[K, V]]:
        """Remove and return least recently used values until the bound is kept, or all others are pinned."""
        evicted = []
        while (excess := self.pop_excess(max_bytes)) is not None:
            evicted.append(excess)
        return evicted

    def clear(self) -> None:
        """Remove all values, even pinned ones."""
        self._slots.clear()
        self.nbytes = 0
