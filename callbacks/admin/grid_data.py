"""The rows of a long table: what the browser asks for, and what it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask import abort

from accounts.guard import requires
from accounts.paging import MOST, Window
from accounts.permissions import Permission
from components import ids as shared
from components.admin import ids
from components.controls import Formatted

Filters = Mapping[str, Any]
Page = tuple[list[dict[str, Any]], int]


def register(
    table: str,
    page: Callable[[Filters, Window], Page],
    thing: str,
    things: str,
    permission: Permission = Permission.ADMINISTER,
) -> None:
    """Let a table of ``things`` show what ``page`` finds; it asks anew when a filter or the data changes."""

    @requires(permission)
    def rows(asked: dict[str, Any] | None, values: list[Any], names: list[dict[str, str]]) -> tuple[Any, Any]:
        if asked is None:
            raise PreventUpdate
        filters = {each["name"]: value for each, value in zip(names, values, strict=True)}
        try:
            found, total = page(filters, window(asked))
        except ValueError as error:  # no table of ours asks like this
            abort(400, str(error))
        count: list[str | Component] = [Formatted(total, "number"), f" {thing if total == 1 else things}"]
        return {"rowData": found, "rowCount": total}, count

    callback(
        Output(table, "getRowsResponse"),
        Output(f"{table}-count", "children"),
        Input(table, "getRowsRequest"),
        State(ids.filter_(table), "value"),
        State(ids.filter_(table), "id"),
    )(rows)
    clientside_callback(
        ClientsideFunction("tables", "reloadRows"),
        Input(ids.filter_(table), "value"),
        Input(shared.changed(table), "data"),
        Input(ids.again(table), "n_clicks"),
        State(table, "id"),
        prevent_initial_call=True,
    )


def register_panel(
    table: str,
    show: Callable[[str], list[Component] | None],
    permission: Permission = Permission.ADMINISTER,
) -> None:
    """Let the panel beside a table show the chosen row in full; without one it is not there."""

    @requires(permission)
    def panel(chosen: list[dict[str, Any]] | None, _changed: Any) -> tuple[Any, bool]:  # noqa: ANN401
        found = show(str(chosen[0]["id"])) if chosen else None
        return found or [], found is None

    callback(
        Output(ids.panel(table), "children"),
        Output(ids.beside(table), "hidden"),
        Input(table, "selectedRows"),
        Input(shared.changed(table), "data"),
        prevent_initial_call=True,
    )(panel)
    clientside_callback(
        ClientsideFunction("tables", "deselectRows"),
        Input(ids.close(table), "n_clicks"),
        State(table, "id"),
        prevent_initial_call=True,
    )


def window(asked: Mapping[str, Any]) -> Window:
    """The window of a table's request, whatever a program may have put into it.

    Raises:
        ValueError: it asks for too many rows, or for none.
    """
    start, end = int(asked.get("startRow", 0)), int(asked.get("endRow", MOST))
    sort: Mapping[str, Any] = next(iter(asked.get("sortModel") or []), {})
    return Window(start, end - start, str(sort.get("colId", "")), sort.get("sort") == "desc")
