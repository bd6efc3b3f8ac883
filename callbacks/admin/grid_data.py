"""The rows of long tables: the requests of the browser, and their responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask import abort

from accounts.guard import requires
from accounts.paging import MAX_PAGE_SIZE, PageOptions
from accounts.permissions import Permission
from components import ids as shared
from components.admin import ids
from components.controls import Formatted

GridFilters = Mapping[str, Any]
GridPage = tuple[list[dict[str, Any]], int]


def register_grid(
    table: str,
    load_page: Callable[[GridFilters, PageOptions], GridPage],
    singular: str,
    plural: str,
    permission: Permission = Permission.ADMINISTER,
) -> None:
    """Let a table show what ``load_page`` returns; it reloads when a filter or the data changes."""

    @requires(permission)
    def update_rows(
        asked: dict[str, Any] | None, values: list[Any], names: list[dict[str, str]]
    ) -> tuple[Any, Any]:
        if asked is None:
            raise PreventUpdate
        filters = {each["name"]: value for each, value in zip(names, values, strict=True)}
        try:
            found, total = load_page(filters, parse_grid_request(asked))
        except ValueError as error:  # our own tables send no such request
            abort(400, str(error))
        count: list[str | Component] = [Formatted(total, "number"), f" {singular if total == 1 else plural}"]
        return {"rowData": found, "rowCount": total}, count

    callback(
        Output(table, "getRowsResponse"),
        Output(f"{table}-count", "children"),
        Input(table, "getRowsRequest"),
        State(ids.filter_field(table), "value"),
        State(ids.filter_field(table), "id"),
    )(update_rows)
    clientside_callback(
        ClientsideFunction("tables", "reloadRows"),
        Input(ids.filter_field(table), "value"),
        Input(shared.change_signal(table), "data"),
        Input(ids.retry_button(table), "n_clicks"),
        State(table, "id"),
        prevent_initial_call=True,
    )


def register_panel(
    table: str,
    render_panel: Callable[[str], list[Component] | None],
    permission: Permission = Permission.ADMINISTER,
) -> None:
    """Let the panel beside a table show the selected row; without a selection it is hidden."""

    @requires(permission)
    def update_panel(chosen: list[dict[str, Any]] | None, _changed: Any) -> tuple[Any, bool]:  # noqa: ANN401
        found = render_panel(str(chosen[0]["id"])) if chosen else None
        return found or [], found is None

    callback(
        Output(ids.detail_panel(table), "children"),
        Output(ids.side_panel(table), "hidden"),
        Input(table, "selectedRows"),
        Input(shared.change_signal(table), "data"),
        prevent_initial_call=True,
    )(update_panel)
    clientside_callback(
        ClientsideFunction("tables", "deselectRows"),
        Input(ids.close_button(table), "n_clicks"),
        State(table, "id"),
        prevent_initial_call=True,
    )


def parse_grid_request(asked: Mapping[str, Any]) -> PageOptions:
    """Return the window that a table requests. The request may come from any program.

    Raises:
        ValueError: the request is for too many rows, or for none.
    """
    start, end = int(asked.get("startRow", 0)), int(asked.get("endRow", MAX_PAGE_SIZE))
    sort: Mapping[str, Any] = next(iter(asked.get("sortModel") or []), {})
    return PageOptions(start, end - start, str(sort.get("colId", "")), sort.get("sort") == "desc")
