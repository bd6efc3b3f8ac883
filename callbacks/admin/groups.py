"""The callbacks of the Groups page: the groups, their members, and actions on them."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from accounts import groups, user_listing
from accounts.groups import GroupRow
from accounts.guard import requires
from accounts.paging import PageOptions
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.user_listing import UserSearch
from callbacks.admin import grid_data
from callbacks.admin.formatting import format_time, person_field
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components import ids as shared
from components.admin import group as shown
from components.admin import ids
from components.controls import Field

MEMBERS_SHOWN = PageOptions(size=50)
"""The number of members that the panel of a group shows."""


def register_callbacks() -> None:
    """Register the callbacks of the page."""
    grid_data.register_grid(ids.GROUPS, load_groups, "group", "groups")
    grid_data.register_panel(ids.GROUPS, render_group_panel)
    person = shared.form_field("person")
    callback(Output(person, "list"), Input(person, "value"), prevent_initial_call=True)(suggest_people)


@requires(Permission.ADMINISTER)
def suggest_people(typed: str | None) -> list[str]:
    """Return the names of people that begin with or contain what is typed into a dialog."""
    return [name for _, name in user_listing.find_user_names(typed or "")]


def load_groups(filters: grid_data.GridFilters, window: PageOptions) -> grid_data.GridPage:
    """Return the groups in the window of the table."""
    found, total = groups.list_groups(filters.get("text") or "", window)
    return [_to_row(each) for each in found], total


def render_group_panel(key: str) -> list[Component] | None:
    """Return the panel of a group; None if it no longer exists."""
    found = groups.get_group_row(int(key))
    if found is None:
        return None
    members, _ = user_listing.list_users(UserSearch(group=found.id), MEMBERS_SHOWN)
    return shown.group_panel(_to_row(found), [(str(each.id), each.name) for each in members])


def _to_row(group: GroupRow) -> dict[str, Any]:
    return {
        "id": str(group.id),
        "name": group.name,
        "members": group.members,
        "created": format_time(group.created),
    }


def _get_group(key: str) -> GroupRow:
    found = groups.get_group_row(int(key))
    if found is None:
        raise groups.UnknownGroupError("This group no longer exists.")
    return found


def confirm_create_group(_key: str) -> Confirmation:
    return Confirmation("New group", [Field(shared.form_field("name"), "Name")], "Create")


def create_group(by: Principal, _key: str, answers: FormValues) -> ActionResult:
    groups.create_group(by, str(answers["name"] or ""))
    return ActionResult("Group created. Select it to add people.")


def confirm_rename_group(key: str) -> Confirmation:
    found = _get_group(key)
    return Confirmation(
        f"Rename {found.name}", [Field(shared.form_field("name"), "Name", value=found.name)], "Rename"
    )


def rename_group(by: Principal, key: str, answers: FormValues) -> ActionResult:
    groups.rename_group(by, int(key), str(answers["name"] or ""))
    return ActionResult("Group renamed.")


def confirm_delete_group(key: str) -> Confirmation:
    found = _get_group(key)
    words = "Its members lose access to what is shared with the group. This can't be undone."
    return Confirmation(f"Delete the group {found.name}?", [html.P(words)], "Delete")


def delete_group(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    name = _get_group(key).name
    groups.delete_group(by, int(key))
    return ActionResult(f"Group {name} deleted.")


def confirm_add_member(key: str) -> Confirmation:
    return Confirmation(f"Add a person to {_get_group(key).name}", [person_field("Name")], "Add")


def add_member(by: Principal, key: str, answers: FormValues) -> ActionResult:
    name = str(answers["person"] or "").strip()
    id_ = user_listing.require_user_id(name)
    groups.add_member(by, int(key), id_)
    return ActionResult(f"{name} was added to the group.", ("leave", f"{id_}:{key}"))


ACTIONS = {
    "new-group": Action(create_group, confirm_create_group),
    "rename-group": Action(rename_group, confirm_rename_group),
    "delete-group": Action(delete_group, confirm_delete_group),
    "add-member": Action(add_member, confirm_add_member),
}
