"""One group in full, as the panel beside the table shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import ask, do, lines, section
from components.controls import Formatted


def panel(group: dict[str, Any], members: Sequence[tuple[str, str]]) -> list[Component]:
    """Its name, what is done to it, and its first members."""
    id_, total = group["id"], group["members"]
    acts = [
        ask("Add a person…", "add-member", id_),
        ask("Rename…", "rename-group", id_),
        ask("Delete…", "delete-group", id_, danger=True),
    ]
    shown = [html.Li([name, do("Remove", "leave", f"{user}:{id_}")]) for user, name in members]
    rest = [html.A(["All ", Formatted(total, "number")], href=f"/admin/people?group={id_}")]
    return [
        html.Div(html.H2(group["name"]), className="dx-panel-head"),
        html.Div(acts, className="dx-acts"),
        section("Members", lines(shown, "Nobody yet."), *(rest if total > len(members) else [])),
    ]
