"""All rows as a CSV file: what another program reads from it, what a spreadsheet may not, and who took it."""

from __future__ import annotations

import csv
import io
import json
import socket
import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uvicorn
from a2wsgi import WSGIMiddleware
from flask import Flask, Response

from datasets.ingest.importer import import_file
from datasets.shares import open_to_everyone
from datasets.storage import store as stores
from datasets.table import table_reader
from server.disconnects import DisconnectMiddleware, until_disconnect
from server.request_limits import BufferedBodyMiddleware
from tests.integration.audit_log import list_entries
from tests.integration.row_readers import (
    FILTER_CASES,
    ROWS,
    RowReader,
    compute_expected_rows,
    finite_or_none,
    import_table,
    list_visible_rows,
    make_restricted_reader,
    make_unrestricted_reader,
    read_stored_rows,
)

TIMEOUT = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def ada(app, tmp_path):
    return make_unrestricted_reader(app, tmp_path)


@pytest.fixture
def bob(app, tmp_path):
    return make_restricted_reader(app, tmp_path)


def request_csv(reader, **asked):
    x = {"views": [], "filters": {}} | asked
    return reader.browser.get(f"{reader.path}/rows.csv", query_string={"x": json.dumps(x)})


def parse_csv(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text, newline="")))


def to_csv_value(name, value):
    """A value as it stands in the file."""
    if finite_or_none(value) is None:
        return ""
    if name == "when":
        moment = (EPOCH + timedelta(microseconds=value)).isoformat().replace("+00:00", "Z")
        return moment if "." not in moment else moment[:-1].rstrip("0") + "Z"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def parse_csv_value(name, text):
    if name in ("whole", "wide") and text:
        return int(text)
    return float(text) if name == "real" and text else text


@pytest.mark.parametrize("asked", [{}, {"sort": "word"}, {"sort": "real", "descending": True}])
def test_another_program_reads_the_rows_that_pass(ada, asked, monkeypatch):
    monkeypatch.setattr("datasets.table.reader.EXPORT_ROWS", 1024)
    filters = {"whole": FILTER_CASES["whole"][0]}
    views = [{"id": "whole", "columns": ["whole"], "scales": [{"type": "linear"}], "bins": [None]}]
    found = parse_csv(request_csv(ada, views=views, filters=filters, **asked))
    expected = compute_expected_rows(
        read_stored_rows(), ("whole",), asked.get("sort"), asked.get("descending", False)
    )
    names = list(expected[0])
    assert found[0] == names
    read = [[parse_csv_value(name, text) for name, text in zip(names, row, strict=True)] for row in found[1:]]
    assert read == [[to_csv_value(name, value) for name, value in row.items()] for row in expected]


def test_a_missing_text_and_an_empty_one_are_told_apart(ada):
    found = request_csv(ada, columns=["word", "whole"]).text.splitlines()
    rows = read_stored_rows()
    assert sum(line.startswith(",") for line in found) == sum(row["word"] is None for row in rows)
    assert sum(line.startswith('"",') for line in found) == sum(row["word"] == "" for row in rows)


def test_no_text_is_a_formula(app, tmp_path):
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A", '","=1+1']
    harmless = ["1-1", "a=b", "e@example.org"]
    texts = pa.table({"=head": [*evil, *harmless], "number": -np.arange(15.0)})
    pq.write_table(texts, tmp_path / "texts.parquet")
    dataset = import_file(tmp_path / "texts.parquet", "texts", "Texts", lambda *_: None, lambda _: None)
    open_to_everyone("texts")
    head, *found = parse_csv(request_csv(RowReader(app, "eve", dataset)))
    assert head == ["'=head", "number"]
    assert {row[0] for row in found} == {*("'" + text for text in evil[:-1]), evil[-1], *harmless}
    assert {float(row[1]) for row in found} == set((-np.arange(15.0)).tolist())


def test_the_file_is_named_after_the_dataset(ada):
    answer = request_csv(ada)
    name = f"trips-{ada.dataset.version}.csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "Content-Length" not in answer.headers


def test_who_takes_rows_is_in_the_audit_log(ada):
    request_csv(ada, columns=["late", "whole"])
    (entry,) = [each for each in list_entries() if each.action == "dataset.exported"]
    assert (entry.actor, entry.resource_kind, entry.resource_key) == ("ada", "dataset", "trips")
    assert entry.details == {"version": ada.dataset.version, "rows": ROWS, "columns": ["late", "whole"]}


def test_too_many_rows_are_not_sorted(ada, monkeypatch):
    monkeypatch.setattr(table_reader, "MAX_SORTED_ROWS", 1000)
    answer = request_csv(ada, sort="real")
    assert (answer.status_code, answer.json["error"]["where"]) == (400, "sort")
    assert (
        answer.json["error"]["message"] == "3,000 rows are too many to export sorted; the maximum is 1,000."
    )
    assert len(parse_csv(request_csv(ada))) == 1 + ROWS
    assert [each.action for each in list_entries()].count("dataset.exported") == 1


def test_nobody_takes_what_they_do_not_see(bob):
    for asked in ({"sort": "salary"}, {"columns": ["salary"]}, {"limit": 3}):
        assert request_csv(bob, **asked).status_code == 400
    head, *found = parse_csv(request_csv(bob))
    assert "salary" not in head
    assert [row[0] for row in found] == [row["city"] for row in list_visible_rows()]


def test_rows_come_a_row_group_at_a_time(app, tmp_path, monkeypatch):
    monkeypatch.setattr(stores, "ROW_GROUP_ROWS", 100)
    dataset = import_table(tmp_path, "small")
    open_to_everyone("small")
    reader = RowReader(app, "ada", dataset)
    found = parse_csv(request_csv(reader, columns=["word", "late"]))
    assert [row[0] for row in found[1:]] == [row["word"] or "" for row in read_stored_rows("small")]


@pytest.fixture
def endless_response():
    """A service whose answer has no end; gives its address, and an event for when it ended all the same."""
    server, ended = Flask("endless"), threading.Event()

    def generate_chunks():
        try:
            while True:
                yield b"x" * 65536
        finally:
            ended.set()

    server.add_url_rule("/", view_func=lambda: Response(until_disconnect(generate_chunks())))
    app = BufferedBodyMiddleware(DisconnectMiddleware(WSGIMiddleware(server)))
    service = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=service.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname(), ended
        service.should_exit = True
        thread.join()


def test_an_answer_ends_when_the_client_leaves(endless_response):
    address, ended = endless_response
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536)
        assert not ended.wait(0.2)
    assert ended.wait(TIMEOUT)
