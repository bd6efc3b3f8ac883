"""People: everybody there is, found and kept."""

from __future__ import annotations

from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import frame
from components.admin.table import column, table
from components.confirm_dialog import ask
from components.controls import Field
from pages.current_account import account

ROLES = [
    ("", "Every role"),
    *((role, role.capitalize()) for role in ("viewer", "analyst", "presenter", "admin")),
]
STATES = [("", "Everybody"), ("active", "Active"), ("invited", "Invited"), ("disabled", "Disabled")]
COLUMNS = [
    column("name", "Name", sortable=True),
    column("role", "Role", sortable=True, width=104),
    column("state", "State", width=96),
    column("groups", "Groups", "List"),
    column("factors", "Second factor", "List", width=128),
    column("signed_in", "Last sign-in", "Moment", sortable=True, width=176),
    column("created", "Added", "Moment", sortable=True, width=176),
]


def layout(group: str = "", **_query: str) -> Component:
    """A table of everybody, or of a ``group`` (its id); whoever is chosen is shown beside it."""

    def by(name: str) -> dict[str, str]:
        return ids.filter_(ids.PEOPLE, name)

    filters = [
        Field(
            by("text"), "Find by name", "search", value="", placeholder="Find by name", quiet=True, wait=200
        ),
        Field(by("role"), "Role", "choice", value="", options=ROLES, quiet=True),
        Field(by("group"), "Group", "choice", value=group, options=[("", "Every group")], quiet=True),
        Field(by("state"), "State", "choice", value="", options=STATES, quiet=True),
    ]
    invite = ask("Invite a person…", "invite", main=True)
    return frame(account(), "people", table(ids.PEOPLE, COLUMNS, filters, "Nobody fits."), tools=[invite])
