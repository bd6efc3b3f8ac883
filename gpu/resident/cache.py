"""What engines keep in memory under one bound: the least recently used goes first, what is in use never."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeAlias, TypeVar, cast

from gpu.resident.attic import Attic
from gpu.resident.entry import Entry

Place: TypeAlias = tuple[Hashable, Hashable]
"""An owner and a key."""


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

    def keep(self, key: Hashable) -> bool:
        """Whether there is an entry of this key that is not just being made; if so, it stays."""
        entry = self._shelf.hold_if(self._owner, key)
        self._taken += [entry] if entry else []
        return entry is not None

    def end(self) -> None:
        self._shelf.release(self._taken)


class Shelf:
    """Entries by owner and key, at most ``limit`` bytes of them unless running requests use more.

    What has to go is dropped or, where there is an ``attic``, put there.
    """

    def __init__(self, limit: int, attic: Attic | None = None) -> None:
        self.limit = limit
        self._attic = attic
        self._lock = Lock()
        self._entries: OrderedDict[Place, Entry] = OrderedDict()

    @property
    def nbytes(self) -> int:
        with self._lock:
            return sum(entry.nbytes for entry in self._entries.values())

    def has(self, owner: Hashable, key: Hashable) -> bool:
        """Whether there is an entry that is not just being made."""
        with self._lock:
            entry = self._entries.get((owner, key))
            return entry is not None and entry.rows >= 0

    def nbytes_of(self, owner: Hashable) -> int:
        with self._lock:
            return sum(entry.nbytes for entry in self._of(owner))

    def reach(self, owner: Hashable, rows: int) -> None:
        """Let all entries of an owner cover these rows, but those that are just being made.

        Who makes one may need long; who uses it then will have it cover the rows.
        """
        with self._lock:
            entries = [entry for entry in self._of(owner) if entry.rows >= 0]
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
                entry = self._entries[owner, key] = self._stored((owner, key)) or make()
            self._entries.move_to_end((owner, key))
            entry.users += 1
            return cast(E, entry)

    def hold_if(self, owner: Hashable, key: Hashable) -> Entry | None:
        place = owner, key
        with self._lock:
            entry = self._entries.get(place) or self._stored(place)
            if entry is None or entry.rows < 0:
                return None
            self._entries[place] = entry
            self._entries.move_to_end(place)
            entry.users += 1
            return entry

    def release(self, entries: list[Entry]) -> None:
        with self._lock:
            for entry in entries:
                entry.users -= 1
            gone = self._evict(self.limit)
        self._store(gone)

    def clear(self) -> None:
        """Let go all that nobody uses."""
        with self._lock:
            gone = self._evict(0)
        self._store(gone)

    def _stored(self, key: Place) -> Entry | None:
        return None if self._attic is None else self._attic.take(key)

    def _store(self, gone: dict[Place, Entry]) -> None:
        """Copies wait for a device, whose thread may wait for the lock: they are made without it."""
        for key, entry in gone.items():
            if self._attic is not None:
                self._attic.put(key, entry)

    def _evict(self, limit: int) -> dict[Place, Entry]:
        """Drop what never came to be, or became too much; then, and return, what was used longest ago."""
        gone = {}
        total = sum(entry.nbytes for entry in self._entries.values())
        for key, entry in list(self._entries.items()):
            useless = entry.rows < 0 or entry.outgrown
            if entry.users == 0 and (useless or total > limit):
                total -= entry.nbytes
                del self._entries[key]
                if not useless:
                    gone[key] = entry
        return gone
