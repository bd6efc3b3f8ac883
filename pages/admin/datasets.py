"""Datasets and rights: what there is, whose it is, and who sees how much of it."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.frame import frame
from components.admin.table import column, table
from components.controls import Field
from pages.who import account

COLUMNS = [
    column("name", "Name", sortable=True),
    column("owner", "Owner", sortable=True, width=160),
    column("versions", "Versions", "Number", sortable=True, width=104),
    column("rows", "Rows", "Number", sortable=True, width=120),
    column("nbytes", "On disk", "Bytes", width=104),
    column("encrypted", "Encrypted", width=104),
    column("shares", "Shared with", width=120),
    column("created", "Added", "Moment", sortable=True, width=176),
]

EMPTY = "No dataset. Add one by the command: python -m datasets import"


def layout(**_query: str) -> Component:
    """A table of the datasets; the chosen one is shown with its shares beside it."""
    text = ids.filter_(ids.DATASETS, "text")
    find = Field(text, "Find by name", "search", value="", placeholder="Find by name", quiet=True, wait=200)
    return frame(account(), "datasets", table(ids.DATASETS, COLUMNS, [find], EMPTY))
