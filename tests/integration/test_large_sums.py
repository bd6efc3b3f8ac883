"""Sums of large whole numbers, from a file to the answer of the API: the exact integer, however large."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets import shares
from datasets.append.appending import append_rows
from datasets.ingest.importer import import_file
from tests.integration.cube_frames import decode_frame

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
LARGEST = 2**63 - 1


def import_case(file):
    made = import_file(file, "large", "Large", lambda *_: None, lambda _: None)
    shares.open_to_everyone("large")
    return made


def make_sum_view(id_, column, by=None):
    scales = [{"type": "category", "domain": None, "top": 12}] if by else []
    measure = {"aggregate": "sum", "column": column}
    return {"id": id_, "columns": [by] if by else [], "scales": scales, "bins": [None] * len(scales)} | {
        "measure": measure
    }


def request_views(browser, made, views, active=None, **query):
    x = json.dumps({"active": active, "detail": "coarse", "views": views, "filters": {}})
    query = urlencode({"x": x, **{name.rstrip("_"): value for name, value in query.items()}})
    return decode_frame(browser.get(f"/api/datasets/large/versions/{made.version}/cubes?{query}"))[1]


def to_exact_sums(view):
    """The integers that a frame says: each sum and what rounding left out of it."""
    sums = view["values"]["sum"].reshape(-1)
    rest = view["values"].get("rest", sums * 0).reshape(-1)
    return [int(a) + int(b) for a, b in zip(sums.tolist(), rest.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("file", "column", "total", "mean"),
    [
        ("r01_trades_ns.parquet", "ts_ns", 3434003566194000000000, 1.717e18),
        ("r22_bytes.parquet", "bytes", 14007916488287945719, 2.8016e15),
        ("c78_sum_overflow.csv", "x", 10 * LARGEST + 1, 8.38e18),
    ],
)
@pytest.mark.usefixtures("settings")
def test_a_file_of_large_numbers_has_its_exact_sum(sign_in_as, file, column, total, mean):
    made = import_case(CASES / file)
    figure = request_views(sign_in_as(), made, [make_sum_view("total", column)])["total"]
    sums, count = figure["values"]["sum"].item(), figure["values"]["count"].item()
    assert (to_exact_sums(figure), sums) == ([total], float(total))
    assert sums / count == pytest.approx(mean, rel=1e-3)


@pytest.fixture
def dataset(settings, tmp_path):
    table = pa.table({"n": [LARGEST, LARGEST, -5, 2**62], "kind": ["a", "b", "a", "b"]})
    pq.write_table(table, tmp_path / "large.parquet")
    return import_case(tmp_path / "large.parquet")


def test_rows_that_are_appended_and_brushes_keep_sums_exact(sign_in_as, dataset):
    browser, views = sign_in_as(), [make_sum_view("total", "n"), make_sum_view("kinds", "n", "kind")]
    append_rows("large", dataset.version, pa.table({"n": [LARGEST, LARGEST, 1], "kind": ["a", "a", "b"]}))
    wanted = [3 * LARGEST - 5, LARGEST + 2**62 + 1, 0, 0]
    found = request_views(browser, dataset, views, rows=7)
    assert to_exact_sums(found["total"]) == [sum(wanted)]
    assert to_exact_sums(found["kinds"]) == wanted
    assert to_exact_sums(request_views(browser, dataset, views, active="kinds", rows=7)["total"]) == wanted
    delta = request_views(browser, dataset, views, rows=7, from_=4)
    assert to_exact_sums(delta["kinds"]) == [2 * LARGEST, 1, 0, 0]
