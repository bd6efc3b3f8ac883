"""The panel of a saved view beside the table."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.blocks import RowData, fact_list, item_list, titled_section
from components.confirm_dialog import confirm_button
from components.controls import Formatted


def view_panel(view: RowData, shares: Sequence[tuple[str, str]]) -> list[Component]:
    """Return the panel: facts and shares; ``shares`` are names and levels."""
    address = f"/view/{view['key']}"
    known = fact_list(
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
        html.Div(confirm_button("Change owner…", "view-owner", view["id"]), className="dx-acts"),
        known,
        titled_section("Shared with", item_list(shared, "Not shared yet. The owner and admins have access.")),
    ]
