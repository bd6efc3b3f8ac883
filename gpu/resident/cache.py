"""The cache of resident data under one bound: the least recently used data is evicted, data in use never."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeAlias, TypeVar, cast

from gpu.byte_lru import ByteLru

Array: TypeAlias = Any
Transfer = Callable[[Array], Array]
"""A function that copies an array from one memory to another."""
EntryKey: TypeAlias = tuple[Hashable, Hashable]
"""An owner and a key."""
E = TypeVar("E", bound="ResidentEntry")


class ResidentEntry(ABC):
    """Data derived from the rows, which is extended as rows are appended.

    Readers need no lock: they say how many rows they need, and extending never changes what they see of
    those. ``row_count`` is negative until the entry has been filled for the first time.
    """

    def __init__(self) -> None:
        self.row_count = -1
        self._growing = Lock()

    @property
    def is_oversized(self) -> bool:
        """Return whether the entry has outgrown what may be kept."""
        return False

    def extend_to(self, rows: int) -> None:
        """Cover at least the first ``rows`` rows; wait if another thread is extending the entry."""
        with self._growing:
            self._extend(rows)

    def _extend(self, rows: int) -> None:
        if self.row_count < rows:
            self.add_rows(max(self.row_count, 0), rows)
            self.row_count = rows

    @property
    @abstractmethod
    def nbytes(self) -> int: ...

    @abstractmethod
    def add_rows(self, start: int, stop: int) -> None:
        """Add the rows ``start <= row < stop``; all rows before them have been added."""


class Spillable(ResidentEntry):
    """An entry that takes longer to create again than to copy to the host and back."""

    def __init__(self) -> None:
        super().__init__()
        self._restore: Transfer | None = None

    def spill_arrays(self, to_host: Transfer, to_device: Transfer) -> None:
        """Copy the entry's arrays to the host; its next use copies them back."""
        with self._growing:
            if self._restore is None:
                self.transfer_arrays(to_host)
                self._restore = to_device

    def _extend(self, rows: int) -> None:
        if self._restore is not None:
            self.transfer_arrays(self._restore)
            self._restore = None
        super()._extend(rows)

    @abstractmethod
    def transfer_arrays(self, transfer: Transfer) -> None:
        """Replace all arrays by what ``transfer`` returns for them; if it raises, replace none."""


class HostSpill:
    """Entries evicted from a device, with their arrays on the host, together at most ``limit`` bytes.

    Beyond that the oldest are dropped.

    Args:
        to_host: Copies an array to the host.
        to_device: Copies it back.
    """

    def __init__(self, limit: int, to_host: Transfer, to_device: Transfer) -> None:
        self._to_host, self._to_device = to_host, to_device
        self._entries: ByteLru[Hashable, ResidentEntry] = ByteLru(limit)
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        with self._lock:
            return self._entries.nbytes

    def put_entry(self, key: Hashable, entry: ResidentEntry) -> None:
        """Keep an entry that nobody uses, if it is worth copying."""
        if not isinstance(entry, Spillable) or entry.nbytes > self._entries.max_bytes:
            return
        entry.spill_arrays(self._to_host, self._to_device)
        with self._lock:
            self._entries.put_bounded(key, entry, entry.nbytes)

    def pop_entry(self, key: Hashable) -> ResidentEntry | None:
        """Remove and return the entry of this key; its arrays are copied back when it is first used."""
        with self._lock:
            return self._entries.pop(key)

    def drop_all(self) -> None:
        with self._lock:
            self._entries.clear()


class CacheLease:
    """The entries that one request uses; they are pinned, so not evicted, until the request ends."""

    def __init__(self, cache: ResidentCache, owner: Hashable) -> None:
        self._cache, self._owner = cache, owner
        self._pinned: list[EntryKey] = []

    def get_or_create(self, key: Hashable, create: Callable[[], E], rows: int) -> E:
        """Return the entry of this key, pinned and covering at least ``rows`` rows."""
        entry = self._cache.pin_or_create(self._owner, key, create)
        self._pinned.append((self._owner, key))
        try:
            entry.extend_to(rows)
        finally:
            self._cache.update_size((self._owner, key))
        return entry

    def pin_existing(self, key: Hashable) -> bool:
        """Pin the entry of this key if there is one that has been filled; return whether there is."""
        is_present = self._cache.pin_if_present(self._owner, key)
        self._pinned += [(self._owner, key)] if is_present else []
        return is_present

    def release_all(self) -> None:
        self._cache.release_entries(self._pinned)


class ResidentCache:
    """Entries by owner and key, together at most ``max_bytes`` bytes unless running requests use more.

    Evicted entries are dropped or, if there is a ``host_spill``, moved there. Sizes change only while entries
    are pinned. They are read again whenever a request has extended or released an entry, so a release costs
    the same however many other entries there are.
    """

    def __init__(self, max_bytes: int, host_spill: HostSpill | None = None) -> None:
        self._host_spill = host_spill
        self._lock = Lock()
        self._entries: ByteLru[EntryKey, ResidentEntry] = ByteLru(max_bytes)
        self._by_owner: defaultdict[Hashable, dict[Hashable, ResidentEntry]] = defaultdict(dict)

    @property
    def max_bytes(self) -> int:
        return self._entries.max_bytes

    @property
    def nbytes(self) -> int:
        with self._lock:
            return self._entries.nbytes

    def has_entry(self, owner: Hashable, key: Hashable) -> bool:
        """Return whether there is an entry that has been filled."""
        with self._lock:
            entry = self._entries.peek((owner, key))
            return entry is not None and entry.row_count >= 0

    def owner_nbytes(self, owner: Hashable) -> int:
        with self._lock:
            return sum(entry.nbytes for entry in self._by_owner.get(owner, {}).values())

    def extend_owner(self, owner: Hashable, rows: int) -> None:
        """Extend all entries of an owner to these rows, except those that are still being filled.

        Filling one can take long; the request that uses it next extends it.
        """
        with self._lock:
            entries = {(owner, key): entry for key, entry in self._by_owner.get(owner, {}).items()}
            filled = {key: entry for key, entry in entries.items() if entry.row_count >= 0}
            for key in filled:
                self._entries.pin(key)
        try:
            for entry in filled.values():
                entry.extend_to(rows)
        finally:
            self.release_entries(filled)

    @contextmanager
    def open_lease(self, owner: Hashable) -> Iterator[CacheLease]:
        lease = CacheLease(self, owner)
        try:
            yield lease
        finally:
            lease.release_all()

    def pin_or_create(self, owner: Hashable, key: Hashable, create: Callable[[], E]) -> E:
        with self._lock:
            entry = self._entries.get((owner, key))
            if entry is None:
                entry = self._add((owner, key), self._pop_spilled((owner, key)) or create())
            self._entries.pin((owner, key))
            return cast(E, entry)

    def pin_if_present(self, owner: Hashable, key: Hashable) -> bool:
        """Pin the entry of this key if there is one that has been filled; return whether there is."""
        with self._lock:
            entry = self._entries.peek((owner, key)) or self._pop_spilled((owner, key))
            if entry is None or entry.row_count < 0:
                return False
            self._add((owner, key), entry)
            self._entries.pin((owner, key))
            return True

    def update_size(self, key: EntryKey) -> None:
        """Read the size of a pinned entry again."""
        with self._lock:
            self._update_size(key)

    def release_entries(self, keys: Iterable[EntryKey]) -> None:
        """Undo one pin of each key, drop what is unusable then, and evict what exceeds the bound.

        An entry is unusable if it was never filled or is oversized, which only happens while it is pinned.
        """
        with self._lock:
            for key in keys:
                entry = self._update_size(key)
                if self._entries.unpin(key) and (entry.row_count < 0 or entry.is_oversized):
                    self._entries.pop(key)
                    self._remove_from_owner(key)
            evicted = self._evict(self.max_bytes)
        self._spill_entries(evicted)

    def evict_unused(self) -> None:
        """Evict every entry that no request uses."""
        with self._lock:
            evicted = self._evict(0)
        self._spill_entries(evicted)

    def drop_spilled(self) -> None:
        """Drop the entries that were moved to the host."""
        if self._host_spill is not None:
            self._host_spill.drop_all()

    def _add(self, key: EntryKey, entry: ResidentEntry) -> ResidentEntry:
        """Add an entry, or mark it as just used if it is there already."""
        self._entries.put(key, entry, entry.nbytes)
        self._by_owner[key[0]][key[1]] = entry
        return entry

    def _update_size(self, key: EntryKey) -> ResidentEntry:
        entry = self._by_owner[key[0]][key[1]]
        self._entries.resize(key, entry.nbytes)
        return entry

    def _evict(self, max_bytes: int) -> list[tuple[EntryKey, ResidentEntry]]:
        evicted = self._entries.evict(max_bytes)
        for key, _ in evicted:
            self._remove_from_owner(key)
        return evicted

    def _remove_from_owner(self, key: EntryKey) -> None:
        entries = self._by_owner[key[0]]
        del entries[key[1]]
        if not entries:
            del self._by_owner[key[0]]

    def _pop_spilled(self, key: EntryKey) -> ResidentEntry | None:
        return None if self._host_spill is None else self._host_spill.pop_entry(key)

    def _spill_entries(self, evicted: list[tuple[EntryKey, ResidentEntry]]) -> None:
        """Move evicted entries to the host, without the lock.

        Copying waits for the device's thread, which may itself be waiting for the lock.
        """
        for key, entry in evicted:
            if self._host_spill is not None:
                self._host_spill.put_entry(key, entry)
