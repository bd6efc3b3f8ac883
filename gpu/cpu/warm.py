"""Compiles the kernels, or loads them compiled, before anybody waits: ``python -m gpu.cpu.warm``."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from gpu.cpu.engine import CpuEngine
from gpu.cubes import Axis, CubeSpec, ViewSpec
from gpu.scales import BooleanScale


class _TwoRowSource:
    """A source of two rows."""

    row_count = 2

    def read_column(self, _column: str, _start: int = 0) -> Iterator[pa.Array]:
        yield pa.array([False, True])


def compile_kernels() -> None:
    """Count something small, so that code, threads and tables have been used once."""
    axis = Axis("coin", BooleanScale())
    CpuEngine(_TwoRowSource()).compute_cubes([CubeSpec(ViewSpec((axis,)), (axis,))])


if __name__ == "__main__":
    compile_kernels()
