"""Health: how the service is right now."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import frame
from pages.current_account import account


def layout(**_query: str) -> Component:
    """A place for what is found when the page opens, and a button to look again."""
    again = html.Button("Look again", id=ids.LOOK_AGAIN, type="button", className="dx-quiet-button")
    return frame(account(), "health", html.Div(id=ids.HEALTH, className="dx-health"), tools=[again])
