"""Health: how the service is right now."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page
from pages.current_account import get_current_account


def layout(**_query: str) -> Component:
    """A place for what is found when the page opens, and a button to look again."""
    again = html.Button("Look again", id=ids.REFRESH_HEALTH, type="button", className="dx-quiet-button")
    return admin_page(
        get_current_account(), "health", html.Div(id=ids.HEALTH, className="dx-health"), tools=[again]
    )
