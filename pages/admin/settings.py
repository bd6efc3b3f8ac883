"""Settings: every setting in effect, and where it comes from."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import frame
from pages.current_account import account


def layout(**_query: str) -> Component:
    """A place for the list, which a callback fills."""
    return frame(account(), "settings", html.Div(id=ids.SETTINGS, className="dx-wide"))
