"""Settings: every setting in effect, and where it comes from."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page
from pages.current_account import get_current_account


def layout(**_query: str) -> Component:
    """A place for the list, which a callback fills."""
    return admin_page(get_current_account(), "settings", html.Div(id=ids.SETTINGS, className="dx-wide"))
