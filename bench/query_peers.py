"""What one drag frame costs an engine that answers by query: DuckDB and Polars in process, on the same bins.

They read codes and cell numbers that were computed before, in the narrowest types, so that only filtering and
grouping is timed. Every answer must be what our engine counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from statistics import median
from typing import Any, Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from datasets.description import Description
from datasets.exploration import CubeRequest, Exploration, View
from datasets.query.compile import cube_specs
from datasets.storage.store import Store
from gpu.cpu import CpuEngine
from gpu.cubes import CubeSpec
from gpu.scales import Scale

ROW_COUNT_VIEW = View(id="_rows")
RangeList = tuple[tuple[int, int], ...]
CountArrays = list[npt.NDArray[np.int64]]


@dataclass(frozen=True)
class CellQuery:
    """The rows by cell that pass all ranges; with ``measured``, its non-null values and their sum too."""

    cell: str | None
    cells: int
    measured: str | None
    ranges: Mapping[str, RangeList]


class QueryPeer(Protocol):
    name: str

    def count_frame(self, queries: list[CellQuery]) -> CountArrays:
        """Rows (or values measured) by cell, an array a query."""
        ...


def list_changing_specs(exploration: Exploration, active: str, description: Description) -> list[CubeSpec]:
    """What a frame of a drag on the active view counts anew: all other views and the number of rows."""
    views = (*(view for view in exploration.views if view.id != active), ROW_COUNT_VIEW)
    filtered = [view for view in exploration.views if view.id == active]
    request = CubeRequest(views=(*views, *filtered), filters=exploration.filters)
    return cube_specs(request, description)[: len(views)]


class CodeColumns:
    """The columns that a peer reads, made for all specs it will be asked about."""

    def __init__(self, store: Store, specs: list[CubeSpec]) -> None:
        self._store = store
        self._fine: dict[tuple[str, Scale], npt.NDArray[Any]] = {}
        self._names: dict[Any, str] = {}
        self.columns: dict[str, pa.Array | npt.NDArray[Any]] = {}
        for spec in specs:
            self.make_query(spec)
        self._fine.clear()

    def make_query(self, spec: CubeSpec) -> CellQuery:
        axes, measured = spec.view.axes, spec.view.measure.column
        cell = self._name_column(axes, lambda: self._number_cells(spec)) if axes else None
        value = self._name_column(measured, lambda: self._read_values(measured)) if measured else None
        predicates = [each for filter_ in spec.filters for each in filter_]
        ranges = {self._name_codes(each.column, each.scale): each.ranges for each in predicates}
        return CellQuery(cell, spec.shape[1], value, ranges)

    def _name_codes(self, column: str, scale: Scale) -> str:
        return self._name_column((column, scale), lambda: self._encode_column(column, scale))

    def _name_column(self, key: object, make: Callable[[], Any]) -> str:
        if key not in self._names:
            self._names[key] = f"c{len(self._names)}"
            self.columns[self._names[key]] = make()
        return self._names[key]

    def _encode_column(self, column: str, scale: Scale) -> npt.NDArray[Any]:
        if (column, scale) not in self._fine:
            self._fine[column, scale] = np.concatenate(
                [scale.encode(a) for a in self._store.read_column(column)]
            )
        return self._fine[column, scale]

    def _number_cells(self, spec: CubeSpec) -> npt.NDArray[Any]:
        cells = np.zeros(self._store.row_count, np.uint32)
        for axis in spec.view.axes:
            cells = (
                cells * np.uint32(axis.cell_count)
                + axis.bin_lookup[self._encode_column(axis.column, axis.scale)]
            )
        return cells.astype(np.min_scalar_type(spec.shape[1] - 1))

    def _read_values(self, column: str) -> pa.Array:
        return pa.concat_arrays(list(self._store.read_column(column)))


class DuckDBQueries:
    name = f"DuckDB {duckdb.__version__}"

    def __init__(self, codes: CodeColumns, threads: int) -> None:
        self._connection = duckdb.connect(config={"threads": threads})
        self._connection.register("arrays", pa.table(codes.columns))
        self._connection.execute("CREATE TABLE codes AS SELECT * FROM arrays")

    def count_frame(self, queries: list[CellQuery]) -> CountArrays:
        return [self._count_cells(query) for query in queries]

    def _count_cells(self, query: CellQuery) -> npt.NDArray[np.int64]:
        what = f"count({query.measured}), sum({query.measured})" if query.measured else "count(*)"
        tests = [
            "(" + " OR ".join(f"{name} >= {low} AND {name} < {high}" for low, high in ranges) + ")"
            for name, ranges in query.ranges.items()
        ]
        where = " AND ".join(tests) or "true"
        by = f"GROUP BY {query.cell}" if query.cell else ""
        sql = f"SELECT {query.cell or 0}, {what} FROM codes WHERE {where} {by}"  # noqa: S608
        cells, counts, *_ = self._connection.execute(sql).fetchnumpy().values()
        return _make_dense(cells, counts, query.cells)


class PolarsQueries:
    name = f"Polars {pl.__version__}"

    def __init__(self, codes: CodeColumns) -> None:
        self._frame = pl.DataFrame(dict(codes.columns)).lazy()

    def count_frame(self, queries: list[CellQuery]) -> CountArrays:
        found = pl.collect_all([self._make_query(query) for query in queries])
        return [
            _make_dense(frame["cell"].to_numpy(), frame["count"].to_numpy(), query.cells)
            for frame, query in zip(found, queries, strict=True)
        ]

    def _make_query(self, query: CellQuery) -> pl.LazyFrame:
        rows = self._frame
        for name, ranges in query.ranges.items():
            tests = [pl.col(name).is_between(low, high, closed="left") for low, high in ranges]
            rows = rows.filter(reduce(pl.Expr.or_, tests))
        what = [pl.len().alias("count")]
        if query.measured:
            value = pl.col(query.measured)
            what = [value.count().alias("count"), value.sum().alias("sum")]
        if query.cell is None:
            return rows.select(pl.lit(0).alias("cell"), *what)
        return rows.group_by(pl.col(query.cell).alias("cell")).agg(*what)


def _make_dense(cells: npt.NDArray[Any], counts: npt.NDArray[Any], size: int) -> npt.NDArray[np.int64]:
    found = np.zeros(size, np.int64)
    found[cells] = counts
    return found


def compare_peers(
    engine: CpuEngine, peers: list[QueryPeer], codes: CodeColumns, specs: list[CubeSpec], rounds: int
) -> list[float]:
    """Median milliseconds that each peer takes for one frame.

    Raises:
        AssertionError: a peer counts otherwise than our engine.
    """
    queries = [codes.make_query(spec) for spec in specs]
    ours = [cube.count[0] for cube in engine.compute_cubes(specs)]
    took: list[list[float]] = [[] for _ in peers]
    for _ in range(rounds):
        for peer, times in zip(peers, took, strict=True):
            start = time.perf_counter()
            theirs = peer.count_frame(queries)
            times.append(1e3 * (time.perf_counter() - start))
            for one, other in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(one, other)
    return [median(times) for times in took]
