"""Rows are read and written in slices of a limited number of bytes, for as long as somebody takes them."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.cubes.in_flight import RequestTicket
from datasets.cubes.single_flight import SingleFlightCache
from datasets.ingest.importer import import_file
from datasets.shares import open_to_everyone
from datasets.storage import store as stores
from datasets.table import reader, row_sizes
from datasets.table.csv_text import format_csv
from datasets.table.order_search import SortOrder
from datasets.table.row_bitmap import RowBitmap
from gpu.engine import get_column_store
from tests.integration.row_readers import RowReader

ROWS = 2000
SLICE_BYTES = 1 << 16
LONG_TEXT = 20_000
"""Letters of the longest text; texts of this length repeat, so that a file encodes them as a dictionary."""


def make_texts():
    rng = np.random.default_rng(7)
    lengths = np.where(rng.random(ROWS) < 0.05, LONG_TEXT, rng.integers(0, 90, ROWS)).tolist()
    texts = [chr(97 + row % 7) * length for row, length in enumerate(lengths)]
    return pa.table({"number": np.arange(ROWS), "text": texts, "again": texts[::-1]})


@pytest.fixture
def dataset(app, tmp_path, monkeypatch):
    monkeypatch.setattr(row_sizes, "SLICE_BYTES", SLICE_BYTES)
    monkeypatch.setattr(reader, "SLICE_BYTES", SLICE_BYTES)
    monkeypatch.setattr(stores, "ROW_GROUP_ROWS", 700)
    pq.write_table(make_texts(), tmp_path / "texts.parquet")
    found = import_file(tmp_path / "texts.parquet", "texts", "Texts", lambda *_: None, lambda _: None)
    open_to_everyone("texts")
    return found


@pytest.fixture(params=["from files", "from memory"])
def memory(request, app, dataset):
    """The columns in memory, if they come from there."""
    columns = get_column_store(app.server.extensions["engines"].get_engine("texts", dataset.version))
    if request.param == "from files":
        return None
    for name in ("number", "text", "again"):
        columns.load_column(name, if_free=False)
        assert columns.has_column(name)
    return columns


def open_reader(dataset, sorting, memory=None):
    selection = reader.RowSelection("texts", dataset.version, frozenset(), ROWS)
    query = reader.RowQuery(selection, sorting, ("number", "text", "again"))
    return reader.QueryReader(query, RowBitmap(ROWS), memory, SingleFlightCache(1 << 20), RequestTicket())


@pytest.mark.parametrize("sorting", [None, SortOrder("number", descending=True), SortOrder("text")])
def test_no_slice_is_larger_than_the_limit_or_a_single_row(dataset, sorting, memory):
    slices = list(open_reader(dataset, sorting, memory).read_all())
    sizes = [int(row_sizes.measure_rows(each).sum()) for each in slices]
    single = [each.num_rows == 1 for each in slices]
    assert all(size <= SLICE_BYTES or alone for size, alone in zip(sizes, single, strict=True))
    rows = pa.concat_tables(slices)
    expected = {row["number"]: row for row in make_texts().to_pylist()}
    assert rows.num_rows == ROWS
    assert all(expected[row["number"]] == row for row in rows.to_pylist())


@pytest.mark.parametrize("sort", [None, "number"])
def test_pages_end_early_rather_than_become_too_large(app, dataset, sort):
    ada, numbers = RowReader(app, "ada", dataset), []
    while len(numbers) < ROWS:
        page = ada.read_rows(views=[], sort=sort, offset=len(numbers), limit=1000)
        size = sum(len(text) + len(again) for _, text, again in page["rows"])
        assert 1 <= len(page["rows"]) <= 1000
        assert size <= SLICE_BYTES or len(page["rows"]) == 1
        assert page["total"] == ROWS
        numbers += [row[0] for row in page["rows"]]
    assert sorted(numbers) == list(range(ROWS))
    assert sort is None or numbers == list(range(ROWS))


def test_an_export_has_every_row(app, dataset):
    x = json.dumps({"views": [], "filters": {}, "columns": ["number", "text"]})
    answer = RowReader(app, "ada", dataset).browser.get(
        f"/api/datasets/texts/versions/{dataset.version}/rows.csv", query_string={"x": x}
    )
    _, *found = csv.reader(io.StringIO(answer.text, newline=""))
    table = make_texts()
    expected = zip(table["number"].to_pylist(), table["text"].to_pylist(), strict=True)
    assert {int(number): text for number, text in found} == dict(expected)


@pytest.mark.parametrize("sorting", [None, SortOrder("number")])
def test_who_leaves_ends_the_reading(dataset, sorting, monkeypatch):
    read = []

    def count_slices(self):
        for each in read_all(self):
            read.append(each.num_rows)
            yield each

    read_all = reader.QueryReader.read_all
    monkeypatch.setattr(reader.QueryReader, "read_all", count_slices)
    pieces = format_csv(["number", "text", "again"], open_reader(dataset, sorting).read_all())
    next(pieces), next(pieces)
    pieces.close()
    assert len(read) == 1


@pytest.mark.parametrize("route", ["rows", "rows.csv"])
def test_a_column_is_asked_for_once(app, dataset, route):
    ada = RowReader(app, "ada", dataset)
    for columns, message in (
        (["text"] * 5000, "the column 'text' is listed 5000 times; list each once"),
        (["number", "text", "number"], "the column 'number' is listed 2 times; list each once"),
        ([str(number) for number in range(10_001)], "at most 10000 items"),
    ):
        x = json.dumps({"views": [], "filters": {}, "columns": columns})
        answer = ada.browser.get(
            f"/api/datasets/texts/versions/{dataset.version}/{route}", query_string={"x": x}
        )
        assert (answer.status_code, answer.json["error"]["where"]) == (400, "columns")
        assert message in answer.json["error"]["message"]
