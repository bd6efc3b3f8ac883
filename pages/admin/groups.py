"""Groups: people who are given rights together."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import frame
from components.admin.table import column, table
from components.confirm_dialog import ask
from components.controls import Field
from pages.current_account import account

COLUMNS = [
    column("name", "Name", sortable=True),
    column("members", "Members", "Number", sortable=True, width=120),
    column("created", "Added", "Moment", sortable=True, width=192),
]

EMPTY = "No group yet. What is shared with a group is shared with everybody in it."


def layout(**_query: str) -> Component:
    """A table of the groups; the chosen one is shown with its members beside it."""
    text = ids.filter_(ids.GROUPS, "text")
    find = Field(text, "Find by name", "search", value="", placeholder="Find by name", quiet=True, wait=200)
    new = ask("New group…", "new-group", main=True)
    return frame(account(), "groups", table(ids.GROUPS, COLUMNS, [find], EMPTY), tools=[new])
