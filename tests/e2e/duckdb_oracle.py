"""DuckDB's answer to what a table on the page says: each label becomes the SQL predicate it claims to be."""

from __future__ import annotations

import re
from datetime import datetime

import duckdb
import prison
import pyarrow as pa

from datasets.storage.store import Store

NUMBER_PATTERN = r"[−]?[\d,.]+(?:°[NSEW])?"
DAY_FORMAT = "%a, %b %d, %Y"


class DuckDBOracle:
    """The rows of one dataset version, counted by DuckDB."""

    def __init__(self, store: Store) -> None:
        self.rows = duckdb.from_arrow(pa.concat_tables(store.read_imported_files()))

    def count_rows(self, *predicates: str) -> int:
        (answer,) = self.rows.filter(" AND ".join(predicates) or "true").aggregate("count(*)").fetchall()
        return int(answer[0])

    def count_by_predicate(
        self, columns: tuple[str, ...], predicates: list[str], where: list[str]
    ) -> list[int]:
        """How many rows that pass ``where`` pass each predicate on these columns."""
        by = ", ".join(columns)
        distinct = self.rows.filter(" AND ".join(where)).aggregate(f"{by}, count(*) AS times", by)
        sums = ", ".join(f"coalesce(sum(times) FILTER ({each}), 0)" for each in predicates)
        (answer,) = distinct.aggregate(sums).fetchall()
        return [int(count) for count in answer]


def parse_url_filters(url: str) -> dict[str, dict[str, object]]:
    """The filters that an address carries, by view."""
    exploration = prison.loads(url.partition("&x=")[2])
    return dict(exploration.get("f", {}))


def interval_to_sql(column: str, interval: dict[str, object]) -> str:
    """An interval of an address as SQL."""
    low, high = (f"{column} >= {interval['lo']}", f"{column} < {interval['hi']}")
    return " AND ".join(sql for sql, end in ((low, "lo"), (high, "hi")) if interval[end] is not None)


def label_to_sql(column: str, label: str, listed: list[str]) -> str:
    """What a bin's label claims, as SQL. ``listed`` are the categories with a bar of their own."""
    if label == "No value":
        return f"{column} IS NULL"
    if label == "Other":
        return f"{column} NOT IN ({', '.join(repr(each) for each in listed)})"
    if column == "date":
        return _date_label_to_sql(label)
    if column in ("latitude", "longitude", "delay", "distance", "hour"):
        return _number_label_to_sql(column, label)
    return f"{column} = '{label}'"


def _date_label_to_sql(label: str) -> str:
    word, _, rest = label.partition(" ")
    if word == "before":
        return f"date < '{datetime.strptime(rest, '%b %d, %Y')}'"
    if word == "from":
        return f"date >= '{datetime.strptime(rest, '%b %d, %Y')}'"
    day = datetime.strptime(label, DAY_FORMAT)
    return f"date_trunc('day', date) = '{day}'"


def _number_label_to_sql(column: str, label: str) -> str:
    first, *rest = (_parse_number(text) for text in re.findall(NUMBER_PATTERN, label))
    if label.startswith("<"):
        return f"{column} < {first}"
    if label.startswith("≥"):
        return f"{column} >= {first}"
    if not rest:
        return f"{column} = {first}"
    inclusive = "°" not in label
    return f"{column} >= {first} AND {column} {'<=' if inclusive else '<'} {rest[0]}"


def _parse_number(text: str) -> float:
    sign = -1 if text[-1] in "SW" else 1
    return sign * float(re.sub(r"[°NSEW,]", "", text).replace("−", "-"))
