"""Long tables: the browser requests the rows it shows; the server sorts and filters them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from components import ids as shared
from components.admin import ids

BLOCK_ROWS = 100
"""The number of rows per request."""


def grid_column(
    field: str, title: str, kind: str = "", *, sortable: bool = False, width: int = 0
) -> dict[str, Any]:
    """Return a column; ``kind`` names the function in assets/ag-grid.js that formats its values."""
    made: dict[str, Any] = {"field": field, "headerName": title, "sortable": sortable}
    made |= {"width": width} if width else {"flex": 1, "minWidth": 140}
    if kind:
        made["valueFormatter"] = {"function": f"dx{kind}(params.value)"}
    if kind in ("Bytes", "Number", "Seconds"):
        made["type"] = "rightAligned"
    return made


def data_grid(
    id_: str,
    columns: Sequence[dict[str, Any]],
    filters: Sequence[Component],
    empty: str,
) -> Component:
    """Return a table that loads rows as it scrolls, each with an ``id``; a panel shows the selected one.

    ``empty`` is shown if there are no rows.
    """
    options = {
        "theme": {"function": "dxTheme(themeQuartz)"},
        "cacheBlockSize": BLOCK_ROWS,
        "maxBlocksInCache": 20,
        "maxConcurrentDatasourceRequests": 1,
        "infiniteInitialRowCount": 1,
        "suppressDragLeaveHidesColumns": True,
        "suppressMovableColumns": True,
        "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
        "localeText": {"noRowsToShow": empty},
    }
    grid = dag.AgGrid(
        id=id_,
        rowModelType="infinite",
        columnDefs=list(columns),
        defaultColDef={"resizable": True, "suppressHeaderMenuButton": True},
        getRowId="params.data.id",
        dashGridOptions=options,
        className="dx-grid",
        style={"height": None, "width": None},
    )
    bar = html.Div([*filters], className="dx-filters", role="search")
    count = html.P(id=f"{id_}-count", className="dx-count-line", role="status")
    shown = html.Div([grid, _load_error(id_)], className="dx-grid-frame")
    main = html.Div([bar, count, shown], className="dx-table-main")
    return html.Div(
        [main, _side_panel(id_), dcc.Store(id=shared.change_signal(id_))], className="dx-table-and-panel"
    )


def _load_error(id_: str) -> Component:
    """Return the message that assets/ag-grid.js shows if the rows fail to load."""
    again = html.Button("Try again", id=ids.retry_button(id_), className="dx-quiet-button", type="button")
    advice = html.P(id=f"{id_}-advice")
    return html.Div(
        [advice, again], id=f"{id_}-problem", className="dx-grid-problem", role="alert", hidden=True
    )


def _side_panel(id_: str) -> Component:
    icon = html.Span(className="dx-icon dx-icon-close", **{"aria-hidden": "true"})
    close = html.Button(
        icon, id=ids.close_button(id_), className="dx-icon-button", type="button", **{"aria-label": "Close"}
    )
    content = html.Div(id=ids.detail_panel(id_))
    return html.Aside([close, content], id=ids.side_panel(id_), className="dx-panel", hidden=True)
