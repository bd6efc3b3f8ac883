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
from bench.environment import describe
from bench.report import table
from bench.service_process import SAMPLE, data_folder, prepare
from config import Settings
from datasets import catalogue
from datasets.cubes.engine_pool import Engines
from datasets.cubes.in_flight import Turn
from datasets.ingest.resample import short
from datasets.storage.store import Store
from datasets.table.order_search import Sorting
from datasets.table.reader import Selection, Wanted
from datasets.table.table_reader import Tables
from gpu.cpu import CpuEngine
from gpu.cubes import Predicate
from gpu.engine import columns_of
from gpu.scales import Linear

ROUNDS = 5
PAGE = 200
"""Rows that the table asks for at a time."""
NUMBER = "_row"
BIN = 10
DISTANCE = Linear(lo=0, step=BIN, levels=500)
"""What a chart of distances is brushed on."""


@dataclass(frozen=True)
class Page:
    """Rows of an order, the greatest first, of those whose distance is within bounds."""

    name: str
    sort: str
    least: int = 0
    most: int = 10_000
    share: float = 0
    """How much of the order comes before."""


PAGES = (
    Page("all, the first by delay", "delay"),
    Page("all, half way by delay", "delay", share=0.5),
    Page("some, the first by delay", "delay", 400, 900),
    Page("some, half way by delay", "delay", 400, 910, 0.5),
    Page("some, the first by date", "date", 400, 920),
    Page("some, the first by origin", "origin", 400, 930),
)


class Contestant(Protocol):
    name: str

    def page(self, page: Page, first: int) -> pa.Table:
        """The rows from the ``first`` on, of all columns."""
        ...


class Ours:
    """What the service has; ``memory`` says whether engines keep columns."""

    def __init__(self, name: str, slug: str, *, memory: bool) -> None:
        self.name = name
        self._engines = Engines(CpuEngine if memory else Without)
        self._slug, self._version = slug, catalogue.open(slug).version
        self._columns = tuple(catalogue.store(slug, self._version).schema.names)
        kept = columns_of(self._engines.of(slug, self._version))
        for column in self._columns if kept else ():
            kept.fetch(column, spare=False)

    def page(self, page: Page, first: int) -> pa.Table:
        within = Predicate("distance", DISTANCE, ((page.least // BIN + 1, page.most // BIN + 1),))
        conditions = frozenset({(within,)}) if page.least else frozenset()
        rows = self._engines.of(self._slug, self._version).rows
        selection = Selection(self._slug, self._version, conditions, rows)
        wanted = Wanted(selection, Sorting(page.sort, descending=True), self._columns)
        return Tables(self._engines).page(wanted, range(first, first + PAGE), Turn())[1]


class Without(CpuEngine):
    """An engine that keeps no columns."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        del self.columns


class DuckDB:
    name = f"DuckDB {duckdb.__version__}"

    def __init__(self, rows: pa.Table) -> None:
        self._connection = duckdb.connect(config={"threads": config.settings().threads})
        self._connection.register("arrow", rows)
        self._connection.execute("CREATE TABLE flights AS SELECT * FROM arrow")

    def page(self, page: Page, first: int) -> pa.Table:
        query = (
            f"SELECT * EXCLUDE {NUMBER} FROM flights WHERE ? OR (distance >= ? AND distance < ?) "  # noqa: S608
            f"ORDER BY {page.sort} DESC NULLS LAST, {NUMBER} LIMIT {PAGE} OFFSET {first}"
        )
        given = [page.least == 0, page.least, page.most]
        return self._connection.sql(query, params=given).to_arrow_table()


@dataclass(frozen=True)
class Polars:
    rows: pl.DataFrame
    name: str = field(default=f"Polars {pl.__version__}", init=False)

    def page(self, page: Page, first: int) -> pa.Table:
        found = self.rows.lazy()
        if page.least:
            found = found.filter(pl.col("distance").is_between(page.least, page.most, closed="left"))
        found = found.sort(pl.col(page.sort), NUMBER, descending=[True, False], nulls_last=True)
        return found.slice(first, PAGE).drop(NUMBER).collect().to_arrow()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.rows", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    chosen = parser.parse_args(arguments)
    with data_folder() as folder:
        prepare(folder, "resample", "--rows", str(chosen.rows))
        config.use(Settings(data=folder))
        slug = f"{SAMPLE}-{short(chosen.rows)}"
        rows = pa.concat_tables(catalogue.store(slug, catalogue.open(slug).version).parts())
        rows = rows.append_column(NUMBER, pa.array(np.arange(rows.num_rows)))
        ours = [Ours("DataXchange", slug, memory=True), Ours("from files", slug, memory=False)]
        others: list[Contestant] = [DuckDB(rows), Polars(pl.DataFrame(rows))]
        _print(race([*ours, *others], rows), chosen.rows)


def race(contestants: list[Contestant], rows: pa.Table) -> dict[Page, list[float]]:
    """Seconds of each, the median of some rounds; the first, in which columns are loaded, isn't counted.

    Raises:
        AssertionError: they find other rows.
    """
    found: dict[Page, list[float]] = {}
    for page in PAGES:
        seconds: list[list[float]] = [[] for _ in contestants]
        for turn in range(ROUNDS + 1):
            moved = replace(page, least=page.least + BIN * turn) if page.least else page
            first, tables = _first(moved, rows), []
            for contestant, times in zip(contestants, seconds, strict=True):
                began = perf_counter()
                tables.append(contestant.page(moved, first))
                times.append(perf_counter() - began)
            for each in tables[1:]:
                np.testing.assert_equal(each.to_pylist(), tables[0].to_pylist())
        found[page] = [median(times[1:]) for times in seconds]
    return found


def _first(page: Page, rows: pa.Table) -> int:
    distance = rows["distance"].to_numpy()
    passing = (
        rows.num_rows
        if not page.least
        else np.count_nonzero((distance >= page.least) & (distance < page.most))
    )
    return int(passing * page.share)


def _print(found: dict[Page, list[float]], rows: int) -> None:
    names = ["DataXchange", "from files", "times ours", DuckDB.name, "times ours", "Polars", "times ours"]
    lines = []
    for page, (ours, *others) in found.items():
        cells: list[str | float] = [page.name, ours * 1e3]
        for each in others:
            cells += [each * 1e3, f"{each / ours:.1f}"]
        lines.append(cells)
    table(f"A page of {PAGE} of {rows:,} rows in an order, ms", ["rows", *names], lines)


if __name__ == "__main__":
    print("\n".join(f"- {line}" for line in describe()))
    main()
