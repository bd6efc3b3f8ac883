"""DuckDB and Polars counting the same cubes over the same codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

CodeArrays = Mapping[str, npt.NDArray[Any]]
CodeRanges = Mapping[str, tuple[int, int]]
"""Half-open ranges of fine codes, by column."""
CubePair = tuple[str, str, tuple[int, int]]
"""Names of the columns of row and cell numbers, and the shape of the cube."""


class CubePeer(Protocol):
    name: str

    def count_cubes(self, pairs: list[tuple[CubePair, CodeRanges]]) -> list[npt.NDArray[np.int64]]:
        """One cube for each pair of columns, over the rows within the ranges."""
        ...


def _make_dense(found: list[npt.NDArray[Any]], shape: tuple[int, int]) -> npt.NDArray[np.int64]:
    """A cube from the columns of row numbers, cell numbers and counts."""
    rows, cells, counts = found
    cube = np.zeros(shape, np.int64)
    cube[rows, cells] = counts
    return cube


class DuckDBCubes:
    name = f"DuckDB {duckdb.__version__}"

    def __init__(self, codes: CodeArrays, threads: int) -> None:
        self._connection = duckdb.connect(config={"threads": threads})
        self._connection.register("arrays", pl.DataFrame(dict(codes)).to_arrow())
        self._connection.execute("CREATE TABLE codes AS SELECT * FROM arrays")
        self._connection.unregister("arrays")

    def count_cubes(self, pairs: list[tuple[CubePair, CodeRanges]]) -> list[npt.NDArray[np.int64]]:
        return [self._count_cube(*pair) for pair in pairs]

    def _count_cube(self, pair: CubePair, ranges: CodeRanges) -> npt.NDArray[np.int64]:
        row, cell, shape = pair
        tests = [f"{name} >= {low} AND {name} < {high}" for name, (low, high) in ranges.items()]
        query = (
            f"SELECT {row}, {cell}, count(*) FROM codes WHERE {' AND '.join(tests) or 'true'} GROUP BY ALL"  # noqa: S608
        )
        found = list(self._connection.execute(query).fetchnumpy().values())
        return _make_dense(found, shape)


class PolarsCubes:
    name = f"Polars {pl.__version__}"

    def __init__(self, codes: CodeArrays) -> None:
        self._frame = pl.DataFrame(dict(codes)).lazy()

    def count_cubes(self, pairs: list[tuple[CubePair, CodeRanges]]) -> list[npt.NDArray[np.int64]]:
        frames = pl.collect_all([self._make_query(*pair) for pair in pairs])
        return [
            _make_dense([frame[name].to_numpy() for name in frame.columns], pair[2])
            for frame, (pair, _) in zip(frames, pairs, strict=True)
        ]

    def _make_query(self, pair: CubePair, ranges: CodeRanges) -> pl.LazyFrame:
        tests = [pl.col(name).is_between(low, high, closed="left") for name, (low, high) in ranges.items()]
        rows = self._frame.filter(*tests) if tests else self._frame
        return rows.group_by(pair[0], pair[1]).agg(pl.len())
