"""The People page: everybody there is, and one of them in full."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback
from dash.development.base_component import Component

from accounts import api_tokens, groups, sessions, user_agents, user_listing, users
from accounts.guard import requires
from accounts.paging import Window
from accounts.permissions import Permission
from accounts.user_listing import Person, Search, State
from callbacks.admin import grid_data
from callbacks.admin.formatting import moment
from components import ids as shared
from components.admin import ids, person
from db.tables import Role, UserSession


def register() -> None:
    """Wire the page."""
    grid_data.register(ids.PEOPLE, page, "person", "people")
    grid_data.register_panel(ids.PEOPLE, panel)
    callback(Output(ids.filter_(ids.PEOPLE, "group"), "options"), Input(shared.changed(ids.PEOPLE), "data"))(
        group_options
    )


@requires(Permission.ADMINISTER)
def group_options(_changed: int | None) -> list[dict[str, str]]:
    """The groups to filter by."""
    known = [{"value": str(id_), "label": name} for id_, name in groups.names()]
    return [{"value": "", "label": "Every group"}, *known]


def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
    """The people that the table shows."""
    search = Search(
        text=filters.get("text") or "",
        role=Role(filters["role"]) if filters.get("role") else None,
        state=State(filters["state"]) if filters.get("state") else None,
        group=int(filters["group"]) if filters.get("group") else None,
    )
    found, total = user_listing.page(search, window)
    return [row(each) for each in found], total


def row(found: Person) -> dict[str, Any]:
    """A person as the table has them."""
    return {
        "id": str(found.id),
        "name": found.name,
        "role": found.role,
        "state": found.state,
        "groups": found.groups,
        "factors": found.factors,
        "signed_in": moment(found.signed_in),
        "created": moment(found.created),
    }


def panel(key: str) -> list[Component] | None:
    """A person in full; None if they are gone."""
    found = user_listing.of(int(key))
    if found is None:
        return None
    shown = row(found) | {"email": users.email_of(found.id)}
    own = [
        {
            "id": each.id,
            "browser": user_agents.in_words(each.agent),
            "address": each.address,
            "seen": moment(each.rotated),
        }
        for each in sessions.alive(found.id)
    ]
    programs = [
        {"id": each.id, "name": each.name, "scopes": each.scopes, "expires": moment(each.expires)}
        for each in api_tokens.alive(found.id)
    ]
    joined = [(str(group.id), group.name) for group in groups.of(found.id)]
    return person.panel(shown, joined, own, programs)


def _session_row(own: UserSession) -> dict[str, Any]:
    browser = user_agents.in_words(own.agent)
    return {"id": own.id, "browser": browser, "address": own.address, "seen": moment(own.rotated)}
