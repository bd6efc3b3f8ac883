"""The tables of an admin's pages: what they ask the server, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from components import ids as shared
from components.admin import ids
from tests.integration.dash_calls import call_callback, get_response_text, make_prop

SignIn = Callable[..., FlaskClient]


def request_rows(browser: FlaskClient, table: str, rows_request: dict[str, Any], **filters: str) -> Any:
    """The answer to a table that asks for rows."""
    outputs = [{"id": table, "property": "getRowsResponse"}, {"id": f"{table}-count", "property": "children"}]
    fields = [(ids.filter_field(table, key), value) for key, value in filters.items()]
    state = [
        [make_prop(id_, "value", value) for id_, value in fields],
        [make_prop(id_, "id", id_) for id_, _ in fields],
    ]
    return call_callback(browser, outputs, [make_prop(table, "getRowsRequest", rows_request)], state)


def list_rows(browser: FlaskClient, table: str, **filters: str) -> list[dict[str, Any]]:
    answer = request_rows(browser, table, {"startRow": 0, "endRow": 100, "sortModel": []}, **filters)
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["response"][table]["getRowsResponse"]["rowData"])


def open_panel(browser: FlaskClient, table: str, key: str) -> str:
    beside, content = ids.side_panel(table), ids.detail_panel(table)
    outputs = [{"id": content, "property": "children"}, {"id": beside, "property": "hidden"}]
    inputs = [make_prop(table, "selectedRows", [{"id": key}]), make_prop(shared.change_signal(table), "data")]
    answer = call_callback(browser, outputs, inputs)
    return get_response_text(answer)
