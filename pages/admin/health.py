"""The Health page: the current state of the service."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page
from pages.current_account import get_current_account


def layout(**_query: str) -> Component:
    """Return the page; a callback fills it when it opens and on Refresh."""
    again = html.Button("Refresh", id=ids.REFRESH_HEALTH, type="button", className="dx-quiet-button")
    return admin_page(
        get_current_account(), "health", html.Div(id=ids.HEALTH, className="dx-health"), tools=[again]
    )
