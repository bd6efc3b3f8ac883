"""People who read rows: the tables that they read, and a slow, obvious oracle of what they should see."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from datasets import catalogue, shares
from datasets.ingest.importer import import_file
from datasets.shares import ShareTarget
from db.tables import Resource, Role
from tests.integration.exploration_json import make_view
from tests.integration.test_rights import RESTRICTED_TERMS, ExploringUser, get_dataset_id
from tests.integration.test_rights import import_trips as imported_trips
from tests.integration.test_rights import make_trips_table as trips_table

ROWS = 3000
WORDS = ["Zürich", "zebra", "Ärzte", "東京", "", "a,b", 'say "no"', "O'Hare"]
VIEWS = [
    make_view("whole", "whole"),
    make_view("real", "real"),
    make_view("when", "when", types=("time",)),
    make_view("word", "word", types=("category",)),
    make_view("late", "late", types=("boolean",)),
]
FILTER_CASES = {
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
VISIBLE_COLUMNS = [name for name in trips_table(("Rome",)).column_names if name != "salary"]


def make_table(rows=ROWS, seed=3):
    rng = np.random.default_rng(seed)

    def with_nulls(values, kind=None):
        return pa.array(values, kind, mask=rng.random(rows) < 0.1)

    real = np.where(
        rng.random(rows) < 0.1, rng.choice([np.nan, np.inf, -np.inf], rows), rng.normal(0, 9, rows)
    )
    wide = np.where(rng.random(rows) < 0.5, rng.choice([2**62, 2**53, -(2**53) - 1], rows), 7)
    unit = rng.choice([1, 1000, 10**6], rows)
    moments = rng.integers(-(10**15), 10**15, rows) // unit * unit
    return pa.table(
        {
            "whole": with_nulls(rng.integers(-9, 20, rows)),
            "real": with_nulls(real),
            "wide": with_nulls(wide),
            "when": with_nulls(moments, pa.timestamp("us")),
            "word": with_nulls(rng.choice(WORDS, rows), pa.large_string()),
            "late": with_nulls(rng.random(rows) < 0.3),
        }
    )


class RowReader(ExploringUser):
    """Somebody who reads the rows of one dataset."""

    def __init__(self, app, name, dataset, role=Role.ANALYST):
        super().__init__(app, name, role)
        self.dataset = dataset
        self.path = f"/api/datasets/{dataset.slug}/versions/{dataset.version}"

    def request_page(self, rows=None, r=None, flight=None, **asked):
        x = {"views": VIEWS, "filters": {}, "active": None} | asked
        query = {"x": json.dumps(x), "rows": rows, "r": r}
        headers = {"X-Flight": flight} if flight else {}
        given = {name: value for name, value in query.items() if value is not None}
        return self.browser.get(f"{self.path}/rows", query_string=given, headers=headers)

    def read_rows(self, **asked):
        answer = self.request_page(**asked)
        assert answer.status_code == 200, answer.text
        return answer.json


def import_table(folder, slug="trips"):
    pq.write_table(make_table(), folder / f"{slug}.parquet")
    return import_file(folder / f"{slug}.parquet", slug, "Trips", lambda *_: None, lambda _: None)


def make_unrestricted_reader(app, folder):
    """Somebody with odd values of every type, all of which they see."""
    dataset = import_table(folder)
    shares.open_to_everyone("trips")
    return RowReader(app, "ada", dataset)


def make_restricted_reader(app, folder):
    """Somebody who sees two of three cities, and no salaries."""
    reader = RowReader(app, "bob", imported_trips(folder, "trips", ("Rome", "Oslo", "Xanadu")))
    shares.grant_as_system(
        Resource.DATASET, get_dataset_id("trips"), ShareTarget(user_id=reader.principal.id), RESTRICTED_TERMS
    )
    return reader


def read_stored_rows(slug="trips"):
    """All rows as they are stored, as JSON has them."""
    table = pa.Table.from_batches(
        catalogue.open_store(slug, catalogue.get_description(slug).version).read_batches()
    )
    return timestamps_to_integers(table).to_pylist()


def timestamps_to_integers(table):
    columns = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def finite_or_none(value):
    """What is sorted and shown: an infinite number is none."""
    return None if isinstance(value, float) and not np.isfinite(value) else value


def to_json_value(name, value):
    if finite_or_none(value) is None:
        return None
    if name == "when":
        return value / 1000
    return str(value) if name == "wide" and abs(value) > 2**53 else value


def rows_to_json(rows):
    return [[to_json_value(name, value) for name, value in row.items()] for row in rows]


def compute_expected_rows(rows, filters, sort, descending):
    passed = [row for row in rows if all(FILTER_CASES[id_][1](row[id_]) for id_ in filters)]
    if sort is None:
        return passed
    valued = [row for row in passed if finite_or_none(row[sort]) is not None]
    valued.sort(key=lambda row: row[sort], reverse=descending)  # which leaves equal ones in their order
    return valued + [row for row in passed if finite_or_none(row[sort]) is None]


def list_visible_rows(stop=None):
    return [
        {name: row[name] / 1000 if name == "when" else row[name] for name in VISIBLE_COLUMNS}
        for row in read_stored_rows()[:stop]
        if row["city"] != "Xanadu"
    ]
