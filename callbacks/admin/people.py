"""The callbacks of the People page: the list of people, and the panel of one."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback
from dash.development.base_component import Component

from accounts import api_tokens, groups, sessions, user_agents, user_listing, users
from accounts.guard import requires
from accounts.paging import PageOptions
from accounts.permissions import Permission
from accounts.user_listing import UserRow, UserSearch, UserState
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_time
from components import ids as shared
from components.admin import ids, person
from db.tables import Role


def register_callbacks() -> None:
    """Register the callbacks of the page."""
    grid_data.register_grid(ids.PEOPLE, load_people, "person", "people")
    grid_data.register_panel(ids.PEOPLE, render_person_panel)
    callback(
        Output(ids.filter_field(ids.PEOPLE, "group"), "options"),
        Input(shared.change_signal(ids.PEOPLE), "data"),
    )(list_group_options)


@requires(Permission.ADMINISTER)
def list_group_options(_changed: int | None) -> list[dict[str, str]]:
    """Return the groups to filter by."""
    known = [{"value": str(id_), "label": name} for id_, name in groups.list_group_names()]
    return [{"value": "", "label": "All groups"}, *known]


def load_people(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """Return the people in the window of the table."""
    search = UserSearch(
        text=filters.get("text") or "",
        role=Role(filters["role"]) if filters.get("role") else None,
        state=UserState(filters["state"]) if filters.get("state") else None,
        group=int(filters["group"]) if filters.get("group") else None,
    )
    found, total = user_listing.list_users(search, window)
    return [to_person_row(each) for each in found], total


def to_person_row(found: UserRow) -> dict[str, Any]:
    """Return the row of a person in the table."""
    return {
        "id": str(found.id),
        "name": found.name,
        "role": found.role,
        "state": found.state,
        "groups": found.groups,
        "factors": found.factors,
        "signed_in": format_time(found.signed_in),
        "created": format_time(found.created),
    }


def render_person_panel(key: str) -> list[Component] | None:
    """Return the panel of a person; None if they no longer exist."""
    found = user_listing.get_user_row(int(key))
    if found is None:
        return None
    shown = to_person_row(found) | {"email": users.get_email(found.id)}
    own = [
        {
            "id": each.id,
            "browser": user_agents.describe_user_agent(each.agent),
            "address": each.address,
            "seen": format_time(each.rotated),
        }
        for each in sessions.list_active_sessions(found.id)
    ]
    programs = [
        {"id": each.id, "name": each.name, "scopes": each.scopes, "expires": format_time(each.expires)}
        for each in api_tokens.list_active_tokens(found.id)
    ]
    joined = [(str(group.id), group.name) for group in groups.list_user_groups(found.id)]
    return person.person_panel(shown, joined, own, programs)
