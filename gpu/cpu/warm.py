"""Compile the kernels, or load them compiled, before anybody waits: ``python -m gpu.cpu.warm``."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from gpu.cpu.engine import CpuEngine
from gpu.cubes import Axis, CubeSpec, View
from gpu.scales import Boolean


class _Coin:
    """Two rows."""

    rows = 2

    def read(self, _column: str, _start: int = 0) -> Iterator[pa.Array]:
        yield pa.array([False, True])


def warm() -> None:
    """Count something small, so that code, threads and tables have been used once."""
    axis = Axis("coin", Boolean())
    CpuEngine(_Coin()).cubes([CubeSpec(View((axis,)), (axis,))])


if __name__ == "__main__":
    warm()
