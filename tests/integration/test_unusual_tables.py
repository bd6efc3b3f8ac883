"""What is odd comes through the whole path, from a file to a frame, with DuckDB's numbers."""

import json
from urllib.parse import urlencode

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets import shares
from datasets.explorations.suggest import suggest_exploration
from datasets.ingest.importer import import_file
from tests.integration.cube_frames import decode_frame

ROWS = 3000
CLOCK_CHANGE = np.datetime64("2001-03-25T00:30", "us")


def with_nulls(values, random):
    return pa.array(values, mask=random.random(len(values)) < 0.1)


def make_unusual_table(rows):
    random = np.random.default_rng(7)
    floats = random.normal(0, 1, rows)
    floats[random.random(rows) < 0.05] = np.nan
    floats[random.random(rows) < 0.05] = np.inf
    minutes = random.integers(0, 10**5, rows).astype("timedelta64[m]")
    words = np.array([f"wört {i}" for i in range(1100)] + ["", "NA", 'q"uote', "a'b", "🎉"], object)
    return pa.table(
        {
            'we"ird; --': with_nulls(random.integers(-9, 9, rows), random),
            "n": with_nulls(words[random.zipf(1.4, rows) % words.size], random),
            "value": with_nulls(random.random(rows) < 0.3, random),
            "a.b": with_nulls(floats, random),
            "a": pa.array(random.random(rows).astype(np.float32)),
            "huge": with_nulls(random.integers(-(2**62), 2**62, rows), random),
            "zoned": pa.array(CLOCK_CHANGE + minutes, pa.timestamp("us", tz="Europe/Berlin")),
            "one": pa.array(np.full(rows, 7)),
        }
    )


FILTER_CASES = [
    ('we"ird; --', "linear", {"type": "interval", "lo": -2.5, "hi": 4}, '"we""ird; --" BETWEEN -2 AND 3'),
    ('we"ird; --', "linear", {"type": "nulls"}, '"we""ird; --" IS NULL'),
    ("n", "category", {"type": "members", "values": ["wört 1", "a'b", ""]}, "n IN ('wört 1', 'a''b', '')"),
    ("n", "category", {"type": "members", "values": ["wört 1"], "nulls": True}, "n IS NULL OR n = 'wört 1'"),
    ("value", "boolean", {"type": "members", "values": ["true"]}, "value"),
    ("a.b", "linear", {"type": "interval", "lo": 0.3}, '"a.b" >= 0.3 AND NOT isnan("a.b")'),
    ("a.b", "linear", {"type": "interval"}, 'NOT isnan("a.b")'),
    ("a.b", "linear", {"type": "nulls"}, '"a.b" IS NULL OR isnan("a.b")'),
    ("a", "linear", {"type": "interval", "lo": 0.1, "hi": 0.7}, "a::DOUBLE >= 0.1 AND a::DOUBLE < 0.7"),
    ("huge", "linear", {"type": "interval", "hi": 2.0**60 + 4096}, "huge < 1152921504606851072"),
    (
        "zoned",
        "time",
        {"type": "interval", "lo": 985_500_000_000.0},
        "epoch_us(zoned) >= 985500000000000",
    ),
    ("one", "linear", {"type": "interval", "lo": 7, "hi": 7.5}, "true"),
]


@pytest.fixture(params=[ROWS, 1])
def table(request):
    return make_unusual_table(request.param)


@pytest.fixture
def dataset(settings, table, tmp_path):
    pq.write_table(table, tmp_path / "odd.parquet")
    made = import_file(tmp_path / "odd.parquet", "odd", "Odd", lambda *_: None, lambda _: None)
    shares.open_to_everyone("odd")
    return made


def make_view(column, scale):
    scales = [{"type": scale, "domain": None, "top": 12 if scale == "category" else None}]
    return {"id": "v", "columns": [column], "scales": scales, "bins": [None]}


def count_by_view(browser, dataset, x):
    path = f"/api/datasets/odd/versions/{dataset.version}/cubes?{urlencode({'x': json.dumps(x)})}"
    _, views = decode_frame(browser.get(path))
    return {id_: int(each["values"]["count"].sum()) for id_, each in views.items()}


def test_filters_pass_what_duckdb_passes(sign_in_as, dataset, table):
    browser = sign_in_as()
    for column, scale, filter_, where in FILTER_CASES:
        views = [make_view(column, scale), {"id": "rows"}]
        found = count_by_view(browser, dataset, {"views": views, "filters": {"v": filter_}})
        right = duckdb.from_arrow(table).filter(where).count("*").fetchall()[0][0]
        assert found == {"v": len(table), "rows": right}, (column, filter_)


def test_every_suggested_view_can_be_brushed(sign_in_as, dataset, table):
    browser, suggested = sign_in_as(), suggest_exploration(dataset)
    views = [each.model_dump(mode="json", exclude_defaults=True) for each in suggested.views]
    for active in (None, *(each.id for each in suggested.views if each.columns)):
        found = count_by_view(browser, dataset, {"views": views, "active": active})
        rows = {id_: count for id_, count in found.items() if not id_.startswith("mean-")}
        assert set(rows.values()) == {len(table)}
