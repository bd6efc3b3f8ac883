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
from datasets.storage.store import MS_PER_DAY, US_PER_MS, ProfileSource

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

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database

    def numeric_extent(self, source: ProfileSource, field: pa.Field) -> NumericExtent:
        present, finite = "value IS NOT NULL", "true"
        if pa.types.is_floating(field.type):
            present, finite = f"{present} AND NOT isnan(value)", "isfinite(value)"
        few = source.row_count <= MAX_EXACT_DISTINCT
        count = "count(DISTINCT value)" if few else "approx_count_distinct(value)"
        found = self._column_relation(source, field).aggregate(
            f"min(value) FILTER ({finite}), max(value) FILTER ({finite}), "
            f"count(*) FILTER ({present}), {count} FILTER ({present})"
        )
        minimum, maximum, filled, distinct = found.fetchall()[0]
        if not few:
            distinct = self._count_distinct(source, field, distinct, present)
        return NumericExtent(
            _to_axis_unit(minimum, field.type), _to_axis_unit(maximum, field.type), filled, distinct
        )

    def _count_distinct(self, source: ProfileSource, field: pa.Field, estimate: int, present: str) -> int:
        if estimate > MAX_EXACT_DISTINCT:
            return round(estimate, 2 - len(str(estimate)))
        relation = self._column_relation(source, field)
        return int(relation.aggregate(f"count(DISTINCT value) FILTER ({present})").fetchall()[0][0])

    def count_values(self, source: ProfileSource, field: pa.Field, most: int) -> ValueCounts:
        """Return the ``most`` frequent values, counted in several passes if one would take too much space."""
        passes = self._count_passes(source, field)
        shares = [
            self._count_pass(source, field, f"hash(value::VARCHAR) % {passes} = {i}", most)
            for i in range(passes)
        ]
        counts = sorted(
            chain(*(share.counts.items() for share in shares)), key=lambda item: (-item[1], item[0])
        )
        return ValueCounts(
            dict(counts[:most]),
            sum(share.distinct for share in shares),
            sum(share.filled for share in shares),
        )

    def _count_passes(self, source: ProfileSource, field: pa.Field) -> int:
        size = "avg(strlen(value::VARCHAR))"
        relation = self._column_relation(source, field)
        distinct, letters = relation.aggregate(f"approx_count_distinct(value), {size}").fetchall()[0]
        return int(distinct * ((letters or 0) + GROUP_OVERHEAD_BYTES) / MAX_GROUPED_BYTES) + 1

    def _count_pass(self, source: ProfileSource, field: pa.Field, condition: str, most: int) -> ValueCounts:
        groups = (
            self._column_relation(source, field)
            .filter(f"value IS NOT NULL AND {condition}")
            .aggregate("value, count(*) AS n", "value")
        )
        found = (
            groups.project("value, n, count(*) OVER (), sum(n) OVER ()").order("n DESC, value").limit(most)
        )
        rows = found.fetchall()
        distinct, filled = rows[0][2:] if rows else (0, 0)
        return ValueCounts({row[0]: row[1] for row in rows}, distinct, int(filled))

    def _column_relation(self, source: ProfileSource, field: pa.Field) -> duckdb.DuckDBPyRelation:
        """Return the column as a relation for a single query; times are integers of their unit."""
        arrays = map(_times_to_integers, source.read_column(field.name))
        first = next(arrays, pa.nulls(0, pa.int64()))
        schema = pa.schema({"value": first.type})
        batches = (pa.record_batch([values], schema) for values in chain([first], arrays))
        return self._database.from_arrow(pa.RecordBatchReader.from_batches(schema, batches))


def _times_to_integers(values: pa.Array) -> pa.Array:
    """Return times and dates as integers, because DuckDB takes the greatest ones for infinite."""
    if not pa.types.is_temporal(values.type):
        return values
    return values.view(pa.int32() if values.type.bit_width == 32 else pa.int64())


def _to_axis_unit(value: float | None, type_: pa.DataType) -> float | None:
    """Return a number as it is, and a stored time in whole milliseconds since 1970, rounded down."""
    if value is None or not pa.types.is_temporal(type_):
        return value
    return int(value) * MS_PER_DAY if pa.types.is_date(type_) else int(value) // US_PER_MS


@contextmanager
def open_statistics() -> Iterator[ColumnStatistics]:
    limits: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": "",
        "memory_limit": "2GB",
        "threads": get_settings().threads,
        "preserve_insertion_order": False,
    }
    with duckdb.connect(config=limits) as database:
        yield ColumnStatistics(database)
