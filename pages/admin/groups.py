"""The Groups page: groups of people who share rights."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page
from components.admin.table import data_grid, grid_column
from components.confirm_dialog import confirm_button
from components.controls import Field
from pages.current_account import get_current_account

COLUMNS = [
    grid_column("name", "Name", sortable=True),
    grid_column("members", "Members", "Number", sortable=True, width=120),
    grid_column("created", "Added", "Moment", sortable=True, width=192),
]

EMPTY = "No groups. Share something with a group to share it with all of its members."


def layout(**_query: str) -> Component:
    """Return a table of the groups; the selected one is shown with its members beside it."""
    text = ids.filter_field(ids.GROUPS, "text")
    find = Field(text, "Find by name", "search", value="", placeholder="Find by name", quiet=True, wait=200)
    new = confirm_button("New group…", "new-group", primary=True)
    return admin_page(
        get_current_account(), "groups", data_grid(ids.GROUPS, COLUMNS, [find], EMPTY), tools=[new]
    )
