"""The People page: all people, with filters."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page
from components.admin.table import data_grid, grid_column
from components.confirm_dialog import confirm_button
from components.controls import Field
from pages.current_account import get_current_account

ROLE_OPTIONS = [
    ("", "All roles"),
    *((role, role.capitalize()) for role in ("viewer", "analyst", "presenter", "admin")),
]
STATE_OPTIONS = [("", "All states"), ("active", "Active"), ("invited", "Invited"), ("disabled", "Disabled")]
COLUMNS = [
    grid_column("name", "Name", sortable=True),
    grid_column("role", "Role", sortable=True, width=104),
    grid_column("state", "State", width=96),
    grid_column("groups", "Groups", "List"),
    grid_column("factors", "Second factor", "List", width=128),
    grid_column("signed_in", "Last sign-in", "Moment", sortable=True, width=176),
    grid_column("created", "Added", "Moment", sortable=True, width=176),
]


def layout(group: str = "", **_query: str) -> Component:
    """Return a table of all people, or of a ``group`` (its id); the selected person is shown beside it."""

    def filter_id(name: str) -> dict[str, str]:
        return ids.filter_field(ids.PEOPLE, name)

    filters = [
        Field(
            filter_id("text"),
            "Find by name",
            "search",
            value="",
            placeholder="Find by name",
            quiet=True,
            wait=200,
        ),
        Field(filter_id("role"), "Role", "choice", value="", options=ROLE_OPTIONS, quiet=True),
        Field(filter_id("group"), "Group", "choice", value=group, options=[("", "All groups")], quiet=True),
        Field(filter_id("state"), "State", "choice", value="", options=STATE_OPTIONS, quiet=True),
    ]
    invite = confirm_button("Invite a person…", "invite", primary=True)
    return admin_page(
        get_current_account(),
        "people",
        data_grid(ids.PEOPLE, COLUMNS, filters, "No people match."),
        tools=[invite],
    )
