"""A logarithmic axis over data with zeros counts each row once, with DuckDB's numbers."""

import json
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import numpy as np

from datasets import shares
from datasets.ingest.importer import import_file
from tests.integration.cube_frames import decode_frame

CASE = Path(__file__).parents[1] / "fixtures" / "cases" / "r08_views_zeros.parquet"
VIEW = {
    "id": "v",
    "columns": ["views"],
    "scales": [{"type": "log", "domain": None, "top": None}],
    "bins": [None],
}


def request_views(browser, dataset, **exploration):
    x = json.dumps({"views": [VIEW, {"id": "rows"}], **exploration})
    path = f"/api/datasets/zeros/versions/{dataset.version}/cubes?{urlencode({'x': x})}"
    return browser.get(path)


def list_code_edges(answer):
    """The edges of the codes of the axis."""
    header, _ = decode_frame(answer)
    (axis,) = header["views"][0]["axes"]
    ref, body = axis["edges"], answer.data[8 + int.from_bytes(answer.data[4:8], "little") :]
    return np.frombuffer(body, "<" + ref["dtype"], ref["length"], ref["offset"])


def test_zeros_are_in_the_bin_below_a_log_axis(settings, sign_in_as):
    dataset = import_file(CASE, "zeros", "Zeros", lambda *_: None, lambda _: None)
    shares.open_to_everyone("zeros")
    assert dataset.get_column("views").scale_types == ("linear", "log")
    browser = sign_in_as()
    answer = request_views(browser, dataset)
    edges = list_code_edges(answer)
    _, views = decode_frame(answer)
    counts = views["v"]["values"]["count"].ravel()
    rows = duckdb.read_parquet(str(CASE)).select("views").fetchnumpy()["views"]
    assert edges[0] == rows[rows > 0].min()
    assert counts[0] == (rows <= 0).sum() > 0
    assert counts[1:-2].tolist() == np.histogram(rows, np.append(edges, np.inf))[0][: edges.size - 1].tolist()
    assert counts.sum() == rows.size
    chosen = {"v": {"type": "interval", "lo": None, "hi": edges[0]}}
    _, filtered = decode_frame(request_views(browser, dataset, filters=chosen))
    assert filtered["rows"]["values"]["count"].sum() == (rows <= 0).sum()
