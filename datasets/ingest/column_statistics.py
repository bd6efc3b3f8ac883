"""Exact counts and extents of columns, streamed to DuckDB, which may not spill: no disk sees them plain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from config import settings
from datasets.storage.store import Stored

MOST_DISTINCT = 2_000_000
GROUPED = 1 << 28
"""Bytes of values to group at a time."""
OVERHEAD = 64
"""Bytes that a group takes besides its value."""


class Extent(NamedTuple):
    """Of numbers, or times in milliseconds: the finite values' ends, how many there are, how many differ.

    ``distinct`` is exact up to two million, else a HyperLogLog estimate rounded to the digits it is good for.
    """

    minimum: float | None
    maximum: float | None
    filled: int
    distinct: int


class Tally(NamedTuple):
    """The most frequent values with their counts, how many values differ, and how many there are."""

    counts: dict[Any, int]
    distinct: int
    filled: int


class Statistics:
    """Queries over the columns of a source, each of which reads a column once."""

    def __init__(self, database: duckdb.DuckDBPyConnection, source: Stored) -> None:
        self._database, self._source = database, source

    def extent(self, field: pa.Field) -> Extent:
        number, present, finite = "value", "value IS NOT NULL", "true"
        if pa.types.is_timestamp(field.type):
            number = "floor(epoch_us(value) / 1000)"
        if pa.types.is_floating(field.type):
            present, finite = f"{present} AND NOT isnan(value)", "isfinite(value)"
        found = self._values(field).aggregate(
            f"min({number}) FILTER ({finite}), max({number}) FILTER ({finite}), "
            f"count(*) FILTER ({present}), approx_count_distinct(value)"
        )
        minimum, maximum, filled, distinct = found.fetchall()[0]
        return Extent(minimum, maximum, filled, self._distinct(field, distinct))

    def _distinct(self, field: pa.Field, estimate: int) -> int:
        if estimate > MOST_DISTINCT:
            return round(estimate, 2 - len(str(estimate)))
        return int(self._values(field).aggregate("count(DISTINCT value)").fetchall()[0][0])

    def tally(self, field: pa.Field, most: int) -> Tally:
        """The tally of the ``most`` frequent values; in several passes where one would not fit the memory."""
        passes = self._passes(field)
        shares = [self._share(field, f"hash(value::VARCHAR) % {passes} = {i}", most) for i in range(passes)]
        counts = sorted(
            chain(*(share.counts.items() for share in shares)), key=lambda each: (-each[1], each[0])
        )
        return Tally(
            dict(counts[:most]),
            sum(share.distinct for share in shares),
            sum(share.filled for share in shares),
        )

    def _passes(self, field: pa.Field) -> int:
        size = "avg(strlen(value::VARCHAR))"
        distinct, letters = (
            self._values(field).aggregate(f"approx_count_distinct(value), {size}").fetchall()[0]
        )
        return int(distinct * ((letters or 0) + OVERHEAD) / GROUPED) + 1

    def _share(self, field: pa.Field, condition: str, most: int) -> Tally:
        groups = (
            self._values(field)
            .filter(f"value IS NOT NULL AND {condition}")
            .aggregate("value, count(*) AS n", "value")
        )
        found = (
            groups.project("value, n, count(*) OVER (), sum(n) OVER ()").order("n DESC, value").limit(most)
        )
        rows = found.fetchall()
        distinct, filled = rows[0][2:] if rows else (0, 0)
        return Tally({row[0]: row[1] for row in rows}, distinct, int(filled))

    def _values(self, field: pa.Field) -> duckdb.DuckDBPyRelation:
        """The column as a relation, which can be asked one thing."""
        arrays = self._source.read(field.name)
        first = next(arrays)
        schema = pa.schema({"value": first.type})
        batches = (pa.record_batch([values], schema) for values in chain([first], arrays))
        return self._database.from_arrow(pa.RecordBatchReader.from_batches(schema, batches))


@contextmanager
def statistics(source: Stored) -> Iterator[Statistics]:
    limits: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": "",
        "memory_limit": "2GB",
        "threads": settings().threads,
        "preserve_insertion_order": False,
    }
    with duckdb.connect(config=limits) as database:
        yield Statistics(database, source)
