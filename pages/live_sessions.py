"""Live sessions that a person can follow, or watch again."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.confirm_dialog import dialog
from components.shell import shell
from pages.current_account import account


def layout(**_query: str) -> Component:
    """Two lists, filled when the page opens and whenever something in them has changed."""
    shown = html.Div(html.P("Loading…", className="dx-weak"), id=ids.LIVES)
    main = html.Main(
        [html.H1("Live sessions"), shown], id=ids.MAIN, className="dx-account-page", tabIndex="-1"
    )
    return shell(account(), main, dcc.Store(id=ids.changed(ids.LIVES)), *dialog())
