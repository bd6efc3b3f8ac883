"""The examples in docs/api.md do what they say, and its table has every route."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dash import Dash
from werkzeug.serving import make_server

from accounts.api_tokens import SCOPES
from accounts.permissions import Permission
from api.openapi import build_document
from datasets import shares
from datasets.ingest.importer import import_file

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text()
ROW = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+) \|(?: (\w+))? \| (.*?) ?\|$", re.MULTILINE)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def get_example(language: str) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0]


@pytest.fixture
def service(app: Dash, tmp_path: Path, make_user) -> Iterator[dict[str, str]]:
    """The environment of a program that may explore a service with one dataset."""
    cities = pa.table({"number": [1, 2, 3, 4], "city": ["Rome", "Oslo", "Rome", None]})
    pq.write_table(cities, tmp_path / "trips.parquet")
    import_file(tmp_path / "trips.parquet", "trips", "Trips", lambda *_: None, lambda _: None)
    shares.open_to_everyone("trips")
    token = make_user().create_api_client(Permission.EXPLORE).environ_base["HTTP_AUTHORIZATION"].split()[1]
    with make_server("127.0.0.1", 0, app.server, threaded=True) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        where = {"DATAXCHANGE_URL": f"http://127.0.0.1:{server.server_port}", "DATAXCHANGE_TOKEN": token}
        yield os.environ | where
        server.shutdown()
        thread.join()


def run_example(service: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, env=service, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_examples_work(service):
    assert (
        run_example(service, "sh", "-c", get_example("sh"))
        == '{"datasets":[{"slug":"trips","name":"Trips"}]}'
    )
    told = run_example(service, sys.executable, "-c", get_example("python")).splitlines()
    assert told == ["Trips: 4 rows", "Rome: 2", "Oslo: 1", "other: 0", "none: 1"]


def test_each_route_is_in_the_table_with_its_scope(app):
    written = {}
    for routes, scope, about in ROW.findall(PAGE):
        named = re.findall(r"[A-Z]+|/api/[^`]+", routes)
        path = next(each for each in named if each not in METHODS)
        for method in filter(METHODS.__contains__, named):
            written[method, path] = (scope, about.startswith("●"))
    expected = {}
    for path, methods in build_document(app.server)["paths"].items():
        for method, each in methods.items():
            scopes = [name for need in each["security"] for name in need.get("token", [""])]
            expected[method.upper(), path] = (scopes[0], "asks to confirm" in each["description"])
    assert written == expected


def test_the_scopes_are_named():
    named = re.findall(r"`(\w+)`", re.findall(r"scopes go: (.*) \|", PAGE)[0])
    assert named == [str(scope) for scope in SCOPES]
