"""A cache of unfiltered cubes, which depend on nobody's filters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from gpu.cubes import Cube, CubeSpec


class UnfilteredCubeCache:
    """Cubes by owner and spec, with the number of rows they cover; the least recently used are evicted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._cubes: OrderedDict[tuple[Hashable, CubeSpec], tuple[int, Cube]] = OrderedDict()

    @property
    def nbytes(self) -> int:
        with self._lock:
            return sum(cube.nbytes for _, cube in self._cubes.values())

    def get(self, owner: Hashable, spec: CubeSpec) -> tuple[int, Cube] | None:
        """Return a cube with the number of rows that it covers; None if there is none."""
        with self._lock:
            found = self._cubes.get((owner, spec))
            if found is not None:
                self._cubes.move_to_end((owner, spec))
            return found

    def put(self, owner: Hashable, cube: Cube, rows: int) -> None:
        """Keep a cube, which becomes read-only, unless a cube of more rows is kept already."""
        for part in (cube.count, cube.sum, cube.low, cube.high):
            if part is not None:
                part.flags.writeable = False
        with self._lock:
            if (owner, cube.spec) in self._cubes and self._cubes[owner, cube.spec][0] > rows:
                return
            self._cubes[owner, cube.spec] = rows, cube
            self._cubes.move_to_end((owner, cube.spec))
            total = sum(kept.nbytes for _, kept in self._cubes.values())
            while total > self._limit:
                total -= self._cubes.popitem(last=False)[1][1].nbytes

    def clear(self) -> None:
        """Remove all cubes."""
        with self._lock:
            self._cubes.clear()
