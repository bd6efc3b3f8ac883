"""Exact counts and extents of columns, computed by DuckDB from streamed values.

DuckDB may not spill to disk, because it would write values there without encryption.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from config import get_settings
from datasets.storage.store import ProfileSource

MAX_EXACT_DISTINCT = 2_000_000
MAX_GROUPED_BYTES = 1 << 28
"""How many bytes of values are grouped in one pass."""
GROUP_OVERHEAD_BYTES = 64
"""How many bytes a group takes in addition to its value."""


class NumericExtent(NamedTuple):
    """The minimum and maximum of the finite values, how many values there are, and how many distinct ones.

    Times are in milliseconds since 1970 (UTC). ``distinct`` is exact up to two million, else a HyperLogLog
    estimate that is rounded to its significant digits.
    """

    minimum: float | None
    maximum: float | None
    filled: int
    distinct: int


class ValueCounts(NamedTuple):
    """The most frequent values with their counts, how many distinct values there are, and how many values."""

    counts: dict[Any, int]
    distinct: int
    filled: int


class ColumnStatistics:
    """Queries over the columns of a source, each of which reads a column once."""

    def __init__(self, database: duckdb.DuckDBPyConnection, source: ProfileSource) -> None:
        self._database, self._source = database, source

    def numeric_extent(self, field: pa.Field) -> NumericExtent:
        number, present, finite = "value", "value IS NOT NULL", "true"
        if pa.types.is_timestamp(field.type):
            number = "floor(epoch_us(value) / 1000)"
        if pa.types.is_floating(field.type):
            present, finite = f"{present} AND NOT isnan(value)", "isfinite(value)"
        found = self._column_relation(field).aggregate(
            f"min({number}) FILTER ({finite}), max({number}) FILTER ({finite}), "
            f"count(*) FILTER ({present}), approx_count_distinct(value)"
        )
        minimum, maximum, filled, distinct = found.fetchall()[0]
        return NumericExtent(minimum, maximum, filled, self._count_distinct(field, distinct))

    def _count_distinct(self, field: pa.Field, estimate: int) -> int:
        if estimate > MAX_EXACT_DISTINCT:
            return round(estimate, 2 - len(str(estimate)))
        return int(self._column_relation(field).aggregate("count(DISTINCT value)").fetchall()[0][0])

    def count_values(self, field: pa.Field, most: int) -> ValueCounts:
        """Return the ``most`` frequent values, counted in several passes if one would take too much space."""
        passes = self._count_passes(field)
        shares = [
            self._count_pass(field, f"hash(value::VARCHAR) % {passes} = {i}", most) for i in range(passes)
        ]
        counts = sorted(
            chain(*(share.counts.items() for share in shares)), key=lambda item: (-item[1], item[0])
        )
        return ValueCounts(
            dict(counts[:most]),
            sum(share.distinct for share in shares),
            sum(share.filled for share in shares),
        )

    def _count_passes(self, field: pa.Field) -> int:
        size = "avg(strlen(value::VARCHAR))"
        distinct, letters = (
            self._column_relation(field).aggregate(f"approx_count_distinct(value), {size}").fetchall()[0]
        )
        return int(distinct * ((letters or 0) + GROUP_OVERHEAD_BYTES) / MAX_GROUPED_BYTES) + 1

    def _count_pass(self, field: pa.Field, condition: str, most: int) -> ValueCounts:
        groups = (
            self._column_relation(field)
            .filter(f"value IS NOT NULL AND {condition}")
            .aggregate("value, count(*) AS n", "value")
        )
        found = (
            groups.project("value, n, count(*) OVER (), sum(n) OVER ()").order("n DESC, value").limit(most)
        )
        rows = found.fetchall()
        distinct, filled = rows[0][2:] if rows else (0, 0)
        return ValueCounts({row[0]: row[1] for row in rows}, distinct, int(filled))

    def _column_relation(self, field: pa.Field) -> duckdb.DuckDBPyRelation:
        """Return the column as a relation for a single query."""
        arrays = self._source.read_column(field.name)
        first = next(arrays)
        schema = pa.schema({"value": first.type})
        batches = (pa.record_batch([values], schema) for values in chain([first], arrays))
        return self._database.from_arrow(pa.RecordBatchReader.from_batches(schema, batches))


@contextmanager
def open_statistics(source: ProfileSource) -> Iterator[ColumnStatistics]:
    limits: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": "",
        "memory_limit": "2GB",
        "threads": get_settings().threads,
        "preserve_insertion_order": False,
    }
    with duckdb.connect(config=limits) as database:
        yield ColumnStatistics(database, source)
