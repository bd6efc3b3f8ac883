"""People who read rows: the tables that they read, and a slow, obvious oracle of what they should see."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from datasets import catalogue, shares
from datasets.ingest.importer import import_file
from datasets.shares import Subject
from db.tables import Resource, Role
from tests.integration.exploration_json import view
from tests.integration.test_rights import TERMS, Person, number
from tests.integration.test_rights import imported as imported_trips
from tests.integration.test_rights import table as trips_table

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
SEEN = [name for name in trips_table(("Rome",)).column_names if name != "salary"]


def table(rows=ROWS, seed=3):
    rng = np.random.default_rng(seed)

    def some(values, kind=None):
        return pa.array(values, kind, mask=rng.random(rows) < 0.1)

    real = np.where(
        rng.random(rows) < 0.1, rng.choice([np.nan, np.inf, -np.inf], rows), rng.normal(0, 9, rows)
    )
    wide = np.where(rng.random(rows) < 0.5, rng.choice([2**62, 2**53, -(2**53) - 1], rows), 7)
    unit = rng.choice([1, 1000, 10**6], rows)
    moments = rng.integers(-(10**15), 10**15, rows) // unit * unit
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


def who_sees_all(app, folder):
    """Somebody with odd values of every type, all of which they see."""
    dataset = imported(folder)
    shares.open_to_everyone("trips")
    return Reader(app, "ada", dataset)


def who_sees_some(app, folder):
    """Somebody who sees two of three cities, and no salaries."""
    reader = Reader(app, "bob", imported_trips(folder, "trips", ("Rome", "Oslo", "Xanadu")))
    shares.put(Resource.DATASET, number("trips"), Subject(user_id=reader.principal.id), TERMS)
    return reader


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


def as_json(rows):
    return [[shown(name, value) for name, value in row.items()] for row in rows]


def oracle(rows, filters, sort, descending):
    passed = [row for row in rows if all(PASSES[id_][1](row[id_]) for id_ in filters)]
    if sort is None:
        return passed
    valued = [row for row in passed if finite(row[sort]) is not None]
    valued.sort(key=lambda row: row[sort], reverse=descending)  # which leaves equal ones in their order
    return valued + [row for row in passed if finite(row[sort]) is None]


def visible(upto=None):
    return [
        {name: row[name] / 1000 if name == "when" else row[name] for name in SEEN}
        for row in stored_rows()[:upto]
        if row["city"] != "Xanadu"
    ]
