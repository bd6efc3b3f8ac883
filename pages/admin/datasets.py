"""The page Datasets and rights: datasets and saved views, their owners and shares."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page, page_tabs
from components.admin.table import data_grid, grid_column
from components.controls import Field
from pages.current_account import get_current_account

TABS = {"datasets": "Datasets", "views": "Saved views"}
GRID_IDS = {"datasets": ids.DATASETS, "views": ids.VIEWS}
COLUMNS = {
    "datasets": [
        grid_column("name", "Name", sortable=True),
        grid_column("owner", "Owner", sortable=True, width=160),
        grid_column("versions", "Versions", "Number", sortable=True, width=104),
        grid_column("rows", "Rows", "Number", sortable=True, width=120),
        grid_column("nbytes", "On disk", "Bytes", width=104),
        grid_column("encrypted", "Encrypted", width=104),
        grid_column("shares", "Shared with", width=120),
        grid_column("created", "Added", "Moment", sortable=True, width=176),
    ],
    "views": [
        grid_column("name", "Name", sortable=True),
        grid_column("dataset", "Dataset", sortable=True),
        grid_column("owner", "Owner", sortable=True, width=160),
        grid_column("shares", "Shared with", width=120),
        grid_column("created", "Saved", "Moment", sortable=True, width=176),
        grid_column("changed", "Changed", "Moment", sortable=True, width=176),
    ],
}
EMPTY = {
    "datasets": "No datasets. Import one with the command: dataxchange datasets import",
    "views": "No saved views match. People save them in Explore.",
}


def layout(show: str = "datasets", **_query: str) -> Component:
    """Return the table of the tab ``show``, a key of ``TABS``; the selected row is shown beside it."""
    part = show if show in TABS else "datasets"
    text = ids.filter_field(GRID_IDS[part], "text")
    find = Field(text, "Find by name", "search", value="", placeholder="Find by name", quiet=True, wait=200)
    shown = data_grid(GRID_IDS[part], COLUMNS[part], [find], EMPTY[part])
    return admin_page(get_current_account(), "datasets", page_tabs("datasets", part, TABS), shown)
