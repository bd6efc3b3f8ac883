"""Datasets and rights: datasets and saved views, whose they are, and who sees how much of them."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import frame, tabs
from components.admin.table import column, table
from components.controls import Field
from pages.current_account import account

PARTS = {"datasets": "Datasets", "views": "Saved views"}
TABLES = {"datasets": ids.DATASETS, "views": ids.VIEWS}
COLUMNS = {
    "datasets": [
        column("name", "Name", sortable=True),
        column("owner", "Owner", sortable=True, width=160),
        column("versions", "Versions", "Number", sortable=True, width=104),
        column("rows", "Rows", "Number", sortable=True, width=120),
        column("nbytes", "On disk", "Bytes", width=104),
        column("encrypted", "Encrypted", width=104),
        column("shares", "Shared with", width=120),
        column("created", "Added", "Moment", sortable=True, width=176),
    ],
    "views": [
        column("name", "Name", sortable=True),
        column("dataset", "Dataset", sortable=True),
        column("owner", "Owner", sortable=True, width=160),
        column("shares", "Shared with", width=120),
        column("created", "Saved", "Moment", sortable=True, width=176),
        column("changed", "Changed", "Moment", sortable=True, width=176),
    ],
}
EMPTY = {
    "datasets": "No dataset. Add one by the command: python -m datasets import",
    "views": "No saved view fits. People save them on the Explore page.",
}


def layout(show: str = "datasets", **_query: str) -> Component:
    """A table of what ``show`` names, a key of ``PARTS``; what is chosen is shown beside it."""
    part = show if show in PARTS else "datasets"
    text = ids.filter_(TABLES[part], "text")
    find = Field(text, "Find by name", "search", value="", placeholder="Find by name", quiet=True, wait=200)
    shown = table(TABLES[part], COLUMNS[part], [find], EMPTY[part])
    return frame(account(), "datasets", tabs("datasets", part, PARTS), shown)
