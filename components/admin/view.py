"""One saved view in full, as the panel beside the table shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import ask, lines, section
from components.controls import Formatted, facts

Row = dict[str, Any]


def panel(view: Row, shares: Sequence[tuple[str, str]]) -> list[Component]:
    """Facts, and with whom it is shared: the name and what they may."""
    address = f"/view/{view['key']}"
    known = facts(
        ("Address", html.A(address, href=address)),
        ("Dataset", view["dataset"]),
        ("Owner", view["owner"]),
        ("Saved", Formatted(view["created"], "moment")),
        ("Changed", Formatted(view["changed"], "moment")),
    )
    shared = [
        html.Li(html.Div([html.Strong(name), html.Div(level, className="dx-weak")])) for name, level in shares
    ]
    return [
        html.Div(html.H2(view["name"]), className="dx-panel-head"),
        html.Div(ask("Change owner…", "view-owner", view["id"]), className="dx-acts"),
        known,
        section("Shared with", lines(shared, "Nobody but its owner and admins.")),
    ]
