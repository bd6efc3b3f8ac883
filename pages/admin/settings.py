"""The Settings page: every setting in effect and its source."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page
from pages.current_account import get_current_account


def layout(**_query: str) -> Component:
    """Return the page; a callback fills it."""
    return admin_page(get_current_account(), "settings", html.Div(id=ids.SETTINGS, className="dx-wide"))
