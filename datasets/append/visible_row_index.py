"""How many of the first rows of a version somebody sees, and of how many they see so many.

Who sees a part of a version that grows counts only what they see: of rows that are hidden from them they are
told not even that some came. So their "as of 1,200 rows" is any state of the version in which they see 1,200.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from threading import Lock

import numpy as np

from gpu.cubes import AnyOf, CubeSpec, View
from gpu.engine import Engine

MOST_KNOWN = 10_000


class Ranks:
    """Ranks that have been asked for are known, so that the rows between are counted alone. For many threads.

    Args:
        engine: gives the engine of the version with so many rows at least.
        rights: the rows that are seen.
        rows: how many were imported.
        visible: how many of these are seen.
    """

    def __init__(self, engine: Callable[[int], Engine], rights: AnyOf, rows: int, visible: int) -> None:
        self._engine, self._rights = engine, rights
        self._rows, self._visible = [rows], [visible]
        self._lock = Lock()

    def visible(self, rows: int) -> int:
        """How many of the first ``rows`` rows are seen.

        Raises:
            ValueError: there are not so many, or fewer than were imported.
        """
        with self._lock:
            return self._count(rows)

    def rows(self, visible: int, now: int) -> int:
        """Of how many rows so many are seen, where ``now`` are there.

        Raises:
            ValueError: fewer are, or more were so of the rows imported.
        """
        with self._lock:
            self._count(now)
            place = bisect_left(self._visible, visible)
            if place == len(self._visible) or (place == 0 and self._visible[0] != visible):
                raise ValueError(f"there is no state of {visible} rows")
            return self._rows[place] if self._visible[place] == visible else self._found(place, visible)

    def _count(self, rows: int) -> int:
        place = bisect_right(self._rows, rows) - 1
        if place < 0:
            raise ValueError(f"there is no state of {rows} rows")
        if self._rows[place] == rows:
            return self._visible[place]
        spec = CubeSpec(View(()), (), frozenset({self._rights}))
        between = range(self._rows[place], rows)
        found = self._visible[place] + int(self._engine(rows).cubes([spec], rows=between)[0].count[0, 0])
        self._learn(place + 1, rows, found)
        return found

    def _found(self, place: int, visible: int) -> int:
        """The rows up to the one that makes so many, which is between two known ranks."""
        between = range(self._rows[place - 1], self._rows[place])
        shown = np.flatnonzero(self._engine(between.stop).mask([self._rights], between))
        rows = between.start + int(shown[visible - self._visible[place - 1] - 1]) + 1
        self._learn(place, rows, visible)
        return rows

    def _learn(self, place: int, rows: int, visible: int) -> None:
        self._rows.insert(place, rows)
        self._visible.insert(place, visible)
        if len(self._rows) > MOST_KNOWN:
            del self._rows[1 : MOST_KNOWN // 2], self._visible[1 : MOST_KNOWN // 2]
