"""A cache of unfiltered cubes, which depend on nobody's filters."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock

from gpu.byte_lru import ByteLru
from gpu.cubes import Cube, CubeSpec


class UnfilteredCubeCache:
    """Cubes by owner and spec, with the number of rows they cover, together at most ``limit`` bytes.

    Beyond that the least recently used are evicted.
    """

    def __init__(self, limit: int) -> None:
        self._lock = Lock()
        self._cubes: ByteLru[tuple[Hashable, CubeSpec], tuple[int, Cube]] = ByteLru(limit)

    @property
    def nbytes(self) -> int:
        with self._lock:
            return self._cubes.nbytes

    def get(self, owner: Hashable, spec: CubeSpec) -> tuple[int, Cube] | None:
        """Return a cube with the number of rows that it covers; None if there is none."""
        with self._lock:
            return self._cubes.get((owner, spec))

    def put(self, owner: Hashable, cube: Cube, rows: int) -> None:
        """Keep a cube, which becomes read-only, unless it exceeds the limit or one of more rows is kept."""
        for array in cube.list_arrays():
            array.flags.writeable = False
        key = owner, cube.spec
        with self._lock:
            known = self._cubes.peek(key)
            if known is None or known[0] <= rows:
                self._cubes.put_bounded(key, (rows, cube), cube.nbytes)

    def clear(self) -> None:
        """Remove all cubes."""
        with self._lock:
            self._cubes.clear()
