"""Something that engines keep of the rows: here, or for a while elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeAlias

Array: TypeAlias = Any
Carry = Callable[[Array], Array]
"""Copies an array from one memory to another."""


class Entry(ABC):
    """Something derived from the rows that follows as rows are added.

    Readers need no lock: they say how many rows they want, and growing never changes what they see of those.
    ``rows`` is negative until the entry has come to be.
    """

    def __init__(self) -> None:
        self.rows = -1
        self.users = 0
        self._growing = Lock()

    @property
    def outgrown(self) -> bool:
        """Whether it has become more than is kept."""
        return False

    def reach(self, rows: int) -> None:
        """Cover all rows below ``rows``; waits if another thread is at it."""
        with self._growing:
            self._cover(rows)

    def _cover(self, rows: int) -> None:
        if self.rows < rows:
            self.grow(max(self.rows, 0), rows)
            self.rows = rows

    @property
    @abstractmethod
    def nbytes(self) -> int: ...

    @abstractmethod
    def grow(self, start: int, stop: int) -> None:
        """Add the rows ``start <= row < stop``; the rows before are there."""


class Movable(Entry):
    """One that takes longer to make again than to copy elsewhere and back."""

    def __init__(self) -> None:
        super().__init__()
        self._back: Carry | None = None

    def leave(self, out: Carry, back: Carry) -> None:
        """Carry its arrays elsewhere; the next use brings them back."""
        with self._growing:
            if self._back is None:
                self.move(out)
                self._back = back

    def _cover(self, rows: int) -> None:
        if self._back is not None:
            self.move(self._back)
            self._back = None
        super()._cover(rows)

    @abstractmethod
    def move(self, carry: Carry) -> None:
        """Have all arrays carried, or none."""
