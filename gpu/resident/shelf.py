"""What engines keep in memory under one bound: the least recently used goes first, what is in use never."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar, cast


class Entry(ABC):
    """Something derived from the rows that follows as rows are added.

    Readers need no lock: they say how many rows they want, and growing never changes what they see of those.
    ``rows`` is negative until the entry has come to be.
    """

    def __init__(self) -> None:
        self.rows = -1
        self.users = 0
        self._growing = Lock()

    def reach(self, rows: int) -> None:
        """Cover all rows below ``rows``; waits if another thread is at it."""
        with self._growing:
            if self.rows < rows:
                self.grow(max(self.rows, 0), rows)
                self.rows = rows

    @property
    @abstractmethod
    def nbytes(self) -> int: ...

    @abstractmethod
    def grow(self, start: int, stop: int) -> None:
        """Add the rows ``start <= row < stop``; the rows before are there."""


E = TypeVar("E", bound=Entry)


class Lease:
    """What one request uses, and so what must not be evicted until it ends."""

    def __init__(self, shelf: Shelf, owner: Hashable) -> None:
        self._shelf, self._owner = shelf, owner
        self._taken: list[Entry] = []

    def take(self, key: Hashable, make: Callable[[], E], rows: int) -> E:
        """The entry of this key, covering at least ``rows`` rows."""
        entry = self._shelf.hold(self._owner, key, make)
        self._taken.append(entry)
        entry.reach(rows)
        return entry

    def end(self) -> None:
        self._shelf.release(self._taken)


class Shelf:
    """Entries by owner and key, at most ``limit`` bytes of them unless running requests use more."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = Lock()
        self._entries: OrderedDict[tuple[Hashable, Hashable], Entry] = OrderedDict()

    @property
    def nbytes(self) -> int:
        with self._lock:
            return sum(entry.nbytes for entry in self._entries.values())

    def has(self, owner: Hashable, key: Hashable) -> bool:
        return (owner, key) in self._entries

    def nbytes_of(self, owner: Hashable) -> int:
        with self._lock:
            return sum(entry.nbytes for entry in self._of(owner))

    def reach(self, owner: Hashable, rows: int) -> None:
        """Let all entries of an owner cover these rows."""
        with self._lock:
            entries = self._of(owner)
            for entry in entries:
                entry.users += 1
        try:
            for entry in entries:
                entry.reach(rows)
        finally:
            self.release(entries)

    def _of(self, owner: Hashable) -> list[Entry]:
        return [entry for (whose, _), entry in self._entries.items() if whose == owner]

    @contextmanager
    def lease(self, owner: Hashable) -> Iterator[Lease]:
        lease = Lease(self, owner)
        try:
            yield lease
        finally:
            lease.end()

    def hold(self, owner: Hashable, key: Hashable, make: Callable[[], E]) -> E:
        with self._lock:
            entry = self._entries.get((owner, key))
            if entry is None:
                entry = self._entries[owner, key] = make()
            self._entries.move_to_end((owner, key))
            entry.users += 1
            return cast(E, entry)

    def release(self, entries: list[Entry]) -> None:
        with self._lock:
            for entry in entries:
                entry.users -= 1
            self._evict(self.limit)

    def clear(self) -> None:
        """Drop all that nobody uses."""
        with self._lock:
            self._evict(0)

    def _evict(self, limit: int) -> None:
        """Drop what never came to be, then the least recently used until the rest fits."""
        total = sum(entry.nbytes for entry in self._entries.values())
        for key, entry in list(self._entries.items()):
            if entry.users == 0 and (entry.rows < 0 or total > limit):
                total -= entry.nbytes
                del self._entries[key]
