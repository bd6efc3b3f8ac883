"""The Groups page: all groups, one of them in full, and what is done to them."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from accounts import groups, user_listing
from accounts.groups import Listed
from accounts.guard import requires
from accounts.paging import Window
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.user_listing import Search
from callbacks.admin import grid_data
from callbacks.admin.formatting import moment, who
from callbacks.confirm_actions import Act, Answers, Done, Question
from components import ids as shared
from components.admin import group as shown
from components.admin import ids
from components.controls import Field

MEMBERS = Window(size=50)
"""How many of its members the panel of a group shows."""


def register() -> None:
    """Wire the page."""
    grid_data.register(ids.GROUPS, page, "group", "groups")
    grid_data.register_panel(ids.GROUPS, panel)
    person = shared.answer("person")
    callback(Output(person, "list"), Input(person, "value"), prevent_initial_call=True)(suggest)


@requires(Permission.ADMINISTER)
def suggest(typed: str | None) -> list[str]:
    """Names of people that begin with or contain what is typed where a question asks for one."""
    return [name for _, name in user_listing.names(typed or "")]


def page(filters: grid_data.Filters, window: Window) -> grid_data.Page:
    """The groups that the table shows."""
    found, total = groups.page(filters.get("text") or "", window)
    return [_row(each) for each in found], total


def panel(key: str) -> list[Component] | None:
    """A group in full; None if it is gone."""
    found = groups.listed(int(key))
    if found is None:
        return None
    members, _ = user_listing.page(Search(group=found.id), MEMBERS)
    return shown.panel(_row(found), [(str(each.id), each.name) for each in members])


def _row(group: Listed) -> dict[str, Any]:
    return {
        "id": str(group.id),
        "name": group.name,
        "members": group.members,
        "created": moment(group.created),
    }


def _group(key: str) -> Listed:
    found = groups.listed(int(key))
    if found is None:
        raise groups.UnknownGroupError("There is no such group any longer.")
    return found


def ask_new(_key: str) -> Question:
    return Question("New group", [Field(shared.answer("name"), "Name")], "Create")


def new(by: Principal, _key: str, answers: Answers) -> Done:
    groups.create(by, str(answers["name"] or ""))
    return Done("The group is created. Choose it to add people.")


def ask_rename(key: str) -> Question:
    found = _group(key)
    return Question(
        f"Rename {found.name}", [Field(shared.answer("name"), "Name", value=found.name)], "Rename"
    )


def rename(by: Principal, key: str, answers: Answers) -> Done:
    groups.rename(by, int(key), str(answers["name"] or ""))
    return Done("The group is renamed.")


def ask_delete(key: str) -> Question:
    found = _group(key)
    words = "What was shared with the group is no longer shared with its members. This can't be undone."
    return Question(f"Delete the group {found.name}?", [html.P(words)], "Delete")


def delete(by: Principal, key: str, _answers: Answers) -> Done:
    name = _group(key).name
    groups.delete(by, int(key))
    return Done(f"The group {name} is deleted.")


def ask_add(key: str) -> Question:
    return Question(f"Add a person to {_group(key).name}", [who("Name")], "Add")


def add(by: Principal, key: str, answers: Answers) -> Done:
    name = str(answers["person"] or "").strip()
    id_ = user_listing.named(name)
    groups.add(by, int(key), id_)
    return Done(f"{name} is in the group now.", ("leave", f"{id_}:{key}"))


ACTS = {
    "new-group": Act(new, ask_new),
    "rename-group": Act(rename, ask_rename),
    "delete-group": Act(delete, ask_delete),
    "add-member": Act(add, ask_add),
}
