"""What has made room on a device, in the host's memory: copying back is quicker than reading anew."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from gpu.resident.entry import Carry, Entry, Movable


class Attic:
    """Entries with their arrays on the host, at most ``limit`` bytes of them: those that came first go first.

    Args:
        out: copies an array to the host.
        back: copies it back.
    """

    def __init__(self, limit: int, out: Carry, back: Carry) -> None:
        self._limit, self._out, self._back = limit, out, back
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        with self._lock:
            return sum(entry.nbytes for entry in self._entries.values())

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep an entry that nobody uses, if it is worth its copy."""
        if not isinstance(entry, Movable) or entry.nbytes > self._limit:
            return
        entry.leave(self._out, self._back)
        with self._lock:
            self._entries.pop(key, None)
            self._entries[key] = entry
            total = sum(entry.nbytes for entry in self._entries.values())
            while total > self._limit:
                total -= self._entries.popitem(last=False)[1].nbytes

    def take(self, key: Hashable) -> Entry | None:
        """The entry of this key, which is here no longer; its arrays are copied back at its first use."""
        with self._lock:
            return self._entries.pop(key, None)
