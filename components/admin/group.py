"""The panel of a group beside the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.blocks import item_list, titled_section
from components.confirm_dialog import action_button, confirm_button
from components.controls import Formatted


def group_panel(group: dict[str, Any], members: Sequence[tuple[str, str]]) -> list[Component]:
    """Return the panel: name, buttons and the first members."""
    id_, total = group["id"], group["members"]
    acts = [
        confirm_button("Add a person…", "add-member", id_),
        confirm_button("Rename…", "rename-group", id_),
        confirm_button("Delete…", "delete-group", id_, danger=True),
    ]
    shown = [html.Li([name, action_button("Remove", "leave", f"{user}:{id_}")]) for user, name in members]
    rest = [html.A(["All ", Formatted(total, "number")], href=f"/admin/people?group={id_}")]
    return [
        html.Div(html.H2(group["name"]), className="dx-panel-head"),
        html.Div(acts, className="dx-acts"),
        titled_section("Members", item_list(shown, "No members."), *(rest if total > len(members) else [])),
    ]
