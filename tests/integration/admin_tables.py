"""The tables of an admin's pages: what they ask the server, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from components import ids as shared
from components.admin import ids
from tests.integration.dash_calls import call, done, prop

SignIn = Callable[..., FlaskClient]


def rows(browser: FlaskClient, table: str, asked: dict[str, Any], **filters: str) -> Any:
    """The answer to a table that asks for rows."""
    outputs = [{"id": table, "property": "getRowsResponse"}, {"id": f"{table}-count", "property": "children"}]
    fields = [(ids.filter_(table, key), value) for key, value in filters.items()]
    state = [
        [prop(id_, "value", value) for id_, value in fields],
        [prop(id_, "id", id_) for id_, _ in fields],
    ]
    return call(browser, outputs, [prop(table, "getRowsRequest", asked)], state)


def found(browser: FlaskClient, table: str, **filters: str) -> list[dict[str, Any]]:
    answer = rows(browser, table, {"startRow": 0, "endRow": 100, "sortModel": []}, **filters)
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["response"][table]["getRowsResponse"]["rowData"])


def panel(browser: FlaskClient, table: str, key: str) -> str:
    beside, content = ids.beside(table), ids.panel(table)
    outputs = [{"id": content, "property": "children"}, {"id": beside, "property": "hidden"}]
    inputs = [prop(table, "selectedRows", [{"id": key}]), prop(shared.changed(table), "data")]
    answer = call(browser, outputs, inputs)
    return done(answer)
