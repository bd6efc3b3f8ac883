"""Pages of rows as people get them: those of a slow, obvious oracle, and never a row or column too many."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets import catalogue, shares
from datasets.incoming.importer import import_file
from db.tables import Role
from tests.integration.explorations import view
from tests.integration.test_rights import Person

PATIENCE = 20
ROWS = 3000
WORDS = ["Zürich", "zebra", "Ärzte", "東京", "", "a,b", 'say "no"', "O'Hare"]
VIEWS = [
    view("whole", "whole"),
    view("real", "real"),
    view("when", "when", types=("time",)),
    view("word", "word", types=("category",)),
    view("late", "late", types=("boolean",)),
]
PASSES = {
    "whole": (
        {"type": "interval", "lo": -3, "hi": 12.5, "nulls": True},
        lambda x: x is None or -3 <= x < 12.5,
    ),
    "real": ({"type": "interval", "lo": 0, "hi": None, "nulls": False}, lambda x: x is not None and x >= 0),
    "when": ({"type": "nulls"}, lambda x: x is None),
    "word": (
        {"type": "members", "values": ["zebra", "東京", ""], "other": False, "nulls": True},
        lambda x: x in ("zebra", "東京", "", None),
    ),
    "late": (
        {"type": "members", "values": ["true"], "other": False, "nulls": False},
        lambda x: x is True,
    ),
}


def table(rows=ROWS, seed=3):
    rng = np.random.default_rng(seed)

    def some(values, kind=None):
        return pa.array(values, kind, mask=rng.random(rows) < 0.1)

    real = np.where(
        rng.random(rows) < 0.1, rng.choice([np.nan, np.inf, -np.inf], rows), rng.normal(0, 9, rows)
    )
    wide = np.where(rng.random(rows) < 0.5, rng.choice([2**62, 2**53, -(2**53) - 1], rows), 7)
    moments = rng.integers(-(10**15), 10**15, rows) // rng.choice([1, 1000], rows) * 1000
    return pa.table(
        {
            "whole": some(rng.integers(-9, 20, rows)),
            "real": some(real),
            "wide": some(wide),
            "when": some(moments, pa.timestamp("us")),
            "word": some(rng.choice(WORDS, rows), pa.large_string()),
            "late": some(rng.random(rows) < 0.3),
        }
    )


class Reader(Person):
    """Somebody who reads the rows of one dataset."""

    def __init__(self, app, name, dataset, role=Role.ANALYST):
        super().__init__(app, name, role)
        self.dataset = dataset
        self.path = f"/api/datasets/{dataset.slug}/versions/{dataset.version}"

    def page(self, rows=None, r=None, flight=None, **asked):
        x = {"views": VIEWS, "filters": {}, "active": None} | asked
        query = {"x": json.dumps(x), "rows": rows, "r": r}
        headers = {"X-Flight": flight} if flight else {}
        given = {name: value for name, value in query.items() if value is not None}
        return self.browser.get(f"{self.path}/rows", query_string=given, headers=headers)

    def rows(self, **asked):
        answer = self.page(**asked)
        assert answer.status_code == 200, answer.text
        return answer.json


def imported(folder, slug="trips"):
    pq.write_table(table(), folder / f"{slug}.parquet")
    return import_file(folder / f"{slug}.parquet", slug, "Trips", lambda *_: None, lambda _: None)


@pytest.fixture
def ada(app, tmp_path):
    dataset = imported(tmp_path)
    shares.open_to_everyone("trips")
    return Reader(app, "ada", dataset)


def stored_rows(slug="trips"):
    """All rows as they are stored, as JSON has them."""
    table = pa.Table.from_batches(catalogue.store(slug, catalogue.open(slug).version).batches())
    return microseconds(table).to_pylist()


def microseconds(table):
    columns = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def finite(value):
    """What is sorted and shown: an infinite number is none."""
    return None if isinstance(value, float) and not np.isfinite(value) else value


def shown(name, value):
    if finite(value) is None:
        return None
    if name == "when":
        return value / 1000
    return str(value) if name == "wide" and abs(value) > 2**53 else value


def oracle(rows, filters, sort, descending):
    passed = [row for row in rows if all(PASSES[id_][1](row[id_]) for id_ in filters)]
    if sort is None:
        return passed
    valued = [row for row in passed if finite(row[sort]) is not None]
    valued.sort(key=lambda row: row[sort], reverse=descending)  # which leaves equal ones in their order
    return valued + [row for row in passed if finite(row[sort]) is None]


@pytest.mark.parametrize("filters", [(), ("whole",), ("real", "word"), ("when",), ("late", "whole", "word")])
@pytest.mark.parametrize("sort", [None, "whole", "real", "wide", "when", "word", "late"])
def test_pages_are_those_of_the_oracle(ada, filters, sort):
    rows = stored_rows()
    given = {id_: PASSES[id_][0] for id_ in filters}
    for descending in (False, True):
        expected = oracle(rows, filters, sort, descending)
        last = max(0, len(expected) - 5)
        for offset, limit in ((0, 100), (90, 1000), (last, 10), (len(expected), 1), (10**9, 9)):
            asked = {"filters": given, "sort": sort, "descending": descending}
            page = ada.rows(**asked, offset=offset, limit=limit)
            assert (page["total"], page["offset"]) == (len(expected), offset)
            assert page["columns"] == list(rows[0])
            wanted = expected[offset : offset + limit]
            assert page["rows"] == [[shown(name, value) for name, value in row.items()] for row in wanted]
