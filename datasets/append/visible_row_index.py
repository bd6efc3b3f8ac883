"""An index between row counts of a version and how many of those rows a person sees.

A person who sees only some rows of a growing version counts only those, and must not even learn that hidden
rows arrived. For them, "as of 1,200 rows" is therefore any state of the version in which they see 1,200 rows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from threading import Lock

import numpy as np

from gpu.cubes import AnyOf, CubeSpec, ViewSpec
from gpu.engine import Engine

MAX_ENTRIES = 10_000


class VisibleRowIndex:
    """Remembers pairs of row counts, so that only the rows between two of them must be counted. Thread-safe.

    Both lists ascend, and their first pair is that of the imported rows.

    Args:
        engine: returns the engine of the version with at least this many rows.
        rights: which rows are visible.
        rows: how many rows were imported.
        visible: how many of them are visible.
    """

    def __init__(self, engine: Callable[[int], Engine], rights: AnyOf, rows: int, visible: int) -> None:
        self._engine, self._rights = engine, rights
        self._rows, self._visible = [rows], [visible]
        self._lock = Lock()

    def count_visible(self, rows: int) -> int:
        """Return how many of the first ``rows`` rows are visible.

        Raises:
            ValueError: there are not so many rows, or fewer than were imported.
        """
        with self._lock:
            return self._count_locked(rows)

    def find_row_count(self, visible: int, now: int) -> int:
        """Return a row count at which ``visible`` rows are visible, if the version has ``now`` rows.

        Raises:
            ValueError: fewer rows are visible now, or more already were among the imported rows.
        """
        with self._lock:
            self._count_locked(now)
            place = bisect_left(self._visible, visible)
            if place == len(self._visible) or (place == 0 and self._visible[0] != visible):
                raise ValueError(f"there is no state of {visible} rows")
            return self._rows[place] if self._visible[place] == visible else self._locate(place, visible)

    def _count_locked(self, rows: int) -> int:
        place = bisect_right(self._rows, rows) - 1
        if place < 0:
            raise ValueError(f"there is no state of {rows} rows")
        if self._rows[place] == rows:
            return self._visible[place]
        spec = CubeSpec(ViewSpec(()), (), frozenset({self._rights}))
        between = range(self._rows[place], rows)
        count = self._visible[place] + int(
            self._engine(rows).compute_cubes([spec], rows=between)[0].count[0, 0]
        )
        self._insert(place + 1, rows, count)
        return count

    def _locate(self, place: int, visible: int) -> int:
        """Return the row count with which ``visible`` rows are visible, between two known pairs."""
        between = range(self._rows[place - 1], self._rows[place])
        shown = np.flatnonzero(self._engine(between.stop).compute_mask([self._rights], between))
        rows = between.start + int(shown[visible - self._visible[place - 1] - 1]) + 1
        self._insert(place, rows, visible)
        return rows

    def _insert(self, place: int, rows: int, visible: int) -> None:
        self._rows.insert(place, rows)
        self._visible.insert(place, visible)
        if len(self._rows) > MAX_ENTRIES:
            del self._rows[1 : MAX_ENTRIES // 2], self._visible[1 : MAX_ENTRIES // 2]
