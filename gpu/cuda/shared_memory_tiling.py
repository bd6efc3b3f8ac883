"""The tiling of cubes: cells are counted in shared memory, one tile at a time, or in the cube itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from gpu.cuda.measure_kernels import CountKernel

MAX_TILES = 4
"""A cube of more tiles is counted in the device's memory, because each tile reads every row again."""
_MAX_COPIES = 32
_COPIES_FRACTION = 16
"""Copies of a small table take at most one part in this many of the shared memory."""
_SPARE = 64
"""The bytes that rounding up the offsets of a tile may take."""


@dataclass(frozen=True)
class CubeTile:
    """The cells ``low <= cell < low + size`` of the cube ``index``; ``copies=0`` counts in the cube."""

    index: int
    low: int
    size: int
    copies: int
    kernel: CountKernel

    @property
    def pitch(self) -> int:
        """Return the distance of two copies, which is odd so that they begin in different banks."""
        return self.size | 1

    @property
    def totals_offset(self) -> int:
        """Return the offset of the totals, which follow the counts, in bytes."""
        return (self.pitch * self.copies * 4 + 7) & ~7

    @property
    def nbytes(self) -> int:
        """Return the bytes of shared memory that the tile takes."""
        return self.totals_offset + ((self.pitch * self.copies * self.kernel.total_width + 7) & ~7)


def split_cube(index: int, cells: int, kernel: CountKernel, shared: int) -> list[CubeTile]:
    """Return the tiles in which blocks with ``shared`` bytes of shared memory count a cube."""
    width = 4 + kernel.total_width
    parts = -(-cells * width // (shared - _SPARE))
    if parts > MAX_TILES:
        return [CubeTile(index, 0, cells, 0, kernel)]
    copies = 1
    while copies < _MAX_COPIES and 2 * copies * (cells | 1) * width <= shared // _COPIES_FRACTION:
        copies *= 2
    bounds = [cells * i // parts for i in range(parts + 1)]
    return [CubeTile(index, low, high - low, copies, kernel) for low, high in pairwise(bounds)]


def pack_tiles(tiles: Iterable[CubeTile], shared: int) -> list[list[CubeTile]]:
    """Return groups of tiles that fit in shared memory together and are counted by the same kernel."""
    passes: list[list[CubeTile]] = []
    for tile in sorted(tiles, key=lambda tile: -tile.nbytes):
        fitting = (
            group
            for group in passes
            if group[0].kernel == tile.kernel and sum(other.nbytes for other in group) + tile.nbytes <= shared
        )
        group_with_room = next(fitting, None)
        if group_with_room is None:
            passes.append([tile])
        else:
            group_with_room.append(tile)
    return passes
