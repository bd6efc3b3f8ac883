"""A page of sorted rows, as the table in Explore asks for it: ``python -m bench.rows [--rows N]``.

Flights, all columns. The filter, where there is one, moves each time: nothing of it or of the order is known.
All have the rows in memory, as we have them after the first pages; "from files" is what those cost. The rows
must be the same.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, replace
from statistics import median
from time import perf_counter
from typing import Protocol

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

import config
from bench.environment import describe_environment
from bench.report import print_table
from bench.service_process import SAMPLE, prepare_data_folder, run_dataset_command
from config import Settings
from datasets import catalogue
from datasets.cubes.engine_pool import EnginePool
from datasets.cubes.in_flight import RequestTicket
from datasets.ingest.resample import format_row_count
from datasets.storage.store import Store
from datasets.table.order_search import SortOrder
from datasets.table.reader import RowQuery, RowSelection
from datasets.table.table_reader import TableReader
from gpu.cpu import CpuEngine
from gpu.cubes import Predicate
from gpu.engine import get_column_store
from gpu.scales import LinearScale

ROUNDS = 5
PAGE_ROWS = 200
"""Rows that the table asks for at a time."""
NUMBER_COLUMN = "_row"
BIN_WIDTH = 10
DISTANCE_SCALE = LinearScale(lo=0, step=BIN_WIDTH, levels=500)
"""What a chart of distances is brushed on."""


@dataclass(frozen=True)
class RowPage:
    """Rows of an order, the greatest first, of those whose distance is within bounds."""

    name: str
    sort: str
    min_distance: int = 0
    max_distance: int = 10_000
    start_fraction: float = 0
    """How much of the order comes before."""


PAGES = (
    RowPage("all, the first by delay", "delay"),
    RowPage("all, half way by delay", "delay", start_fraction=0.5),
    RowPage("some, the first by delay", "delay", 400, 900),
    RowPage("some, half way by delay", "delay", 400, 910, 0.5),
    RowPage("some, the first by date", "date", 400, 920),
    RowPage("some, the first by origin", "origin", 400, 930),
)


class RowContestant(Protocol):
    name: str

    def read_page(self, page: RowPage, first: int) -> pa.Table:
        """The rows from the ``first`` on, of all columns."""
        ...


class ServiceRows:
    """What the service has; ``memory`` says whether engines keep columns."""

    def __init__(self, name: str, slug: str, *, memory: bool) -> None:
        self.name = name
        self._engines = EnginePool(CpuEngine if memory else EngineWithoutColumns)
        self._slug, self._version = slug, catalogue.get_description(slug).version
        self._columns = tuple(catalogue.open_store(slug, self._version).schema.names)
        kept = get_column_store(self._engines.get_engine(slug, self._version))
        for column in self._columns if kept else ():
            kept.load_column(column, if_free=False)

    def read_page(self, page: RowPage, first: int) -> pa.Table:
        within = Predicate(
            "distance",
            DISTANCE_SCALE,
            ((page.min_distance // BIN_WIDTH + 1, page.max_distance // BIN_WIDTH + 1),),
        )
        conditions = frozenset({(within,)}) if page.min_distance else frozenset()
        rows = self._engines.get_engine(self._slug, self._version).row_count
        selection = RowSelection(self._slug, self._version, conditions, rows)
        wanted = RowQuery(selection, SortOrder(page.sort, descending=True), self._columns)
        return TableReader(self._engines).read_page(wanted, range(first, first + PAGE_ROWS), RequestTicket())[
            1
        ]


class EngineWithoutColumns(CpuEngine):
    """An engine that keeps no columns."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        del self.columns


class DuckDBRows:
    name = f"DuckDB {duckdb.__version__}"

    def __init__(self, rows: pa.Table) -> None:
        self._connection = duckdb.connect(config={"threads": config.get_settings().threads})
        self._connection.register("arrow", rows)
        self._connection.execute("CREATE TABLE flights AS SELECT * FROM arrow")

    def read_page(self, page: RowPage, first: int) -> pa.Table:
        query = (
            f"SELECT * EXCLUDE {NUMBER_COLUMN} FROM flights WHERE ? OR (distance >= ? AND distance < ?) "  # noqa: S608
            f"ORDER BY {page.sort} DESC NULLS LAST, {NUMBER_COLUMN} LIMIT {PAGE_ROWS} OFFSET {first}"
        )
        given = [page.min_distance == 0, page.min_distance, page.max_distance]
        return self._connection.sql(query, params=given).to_arrow_table()


@dataclass(frozen=True)
class PolarsRows:
    rows: pl.DataFrame
    name: str = field(default=f"Polars {pl.__version__}", init=False)

    def read_page(self, page: RowPage, first: int) -> pa.Table:
        found = self.rows.lazy()
        if page.min_distance:
            found = found.filter(
                pl.col("distance").is_between(page.min_distance, page.max_distance, closed="left")
            )
        found = found.sort(pl.col(page.sort), NUMBER_COLUMN, descending=[True, False], nulls_last=True)
        return found.slice(first, PAGE_ROWS).drop(NUMBER_COLUMN).collect().to_arrow()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.rows", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    chosen = parser.parse_args(arguments)
    with prepare_data_folder() as folder:
        run_dataset_command(folder, "resample", "--rows", str(chosen.rows))
        config.override_settings(Settings(data=folder))
        slug = f"{SAMPLE}-{format_row_count(chosen.rows)}"
        rows = pa.concat_tables(
            catalogue.open_store(slug, catalogue.get_description(slug).version).read_imported_files()
        )
        rows = rows.append_column(NUMBER_COLUMN, pa.array(np.arange(rows.num_rows)))
        ours = [ServiceRows("DataXchange", slug, memory=True), ServiceRows("from files", slug, memory=False)]
        others: list[RowContestant] = [DuckDBRows(rows), PolarsRows(pl.DataFrame(rows))]
        _print_table(compare_contestants([*ours, *others], rows), chosen.rows)


def compare_contestants(contestants: list[RowContestant], rows: pa.Table) -> dict[RowPage, list[float]]:
    """Seconds of each, the median of some rounds; the first, in which columns are loaded, isn't counted.

    Raises:
        AssertionError: they find other rows.
    """
    found: dict[RowPage, list[float]] = {}
    for page in PAGES:
        seconds: list[list[float]] = [[] for _ in contestants]
        for turn in range(ROUNDS + 1):
            moved = (
                replace(page, min_distance=page.min_distance + BIN_WIDTH * turn)
                if page.min_distance
                else page
            )
            first, tables = _find_first_row(moved, rows), []
            for contestant, times in zip(contestants, seconds, strict=True):
                began = perf_counter()
                tables.append(contestant.read_page(moved, first))
                times.append(perf_counter() - began)
            for each in tables[1:]:
                np.testing.assert_equal(each.to_pylist(), tables[0].to_pylist())
        found[page] = [median(times[1:]) for times in seconds]
    return found


def _find_first_row(page: RowPage, rows: pa.Table) -> int:
    distance = rows["distance"].to_numpy()
    passing = (
        rows.num_rows
        if not page.min_distance
        else np.count_nonzero((distance >= page.min_distance) & (distance < page.max_distance))
    )
    return int(passing * page.start_fraction)


def _print_table(found: dict[RowPage, list[float]], rows: int) -> None:
    names = ["DataXchange", "from files", "times ours", DuckDBRows.name, "times ours", "Polars", "times ours"]
    lines = []
    for page, (ours, *others) in found.items():
        cells: list[str | float] = [page.name, ours * 1e3]
        for each in others:
            cells += [each * 1e3, f"{each / ours:.1f}"]
        lines.append(cells)
    print_table(f"A page of {PAGE_ROWS} of {rows:,} rows in an order, ms", ["rows", *names], lines)


if __name__ == "__main__":
    print("\n".join(f"- {line}" for line in describe_environment()))
    main()
