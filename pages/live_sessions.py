"""The page of live sessions that a person can follow, and of recordings."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.confirm_dialog import confirm_dialog
from components.shell import page_shell
from pages.current_account import get_current_account


def layout(**_query: str) -> Component:
    """Return the page; a callback fills its lists when it opens and after each change."""
    shown = html.Div(html.P("Loading…", className="dx-weak"), id=ids.LIVE_SESSIONS)
    main = html.Main(
        [html.H1("Live sessions"), shown], id=ids.MAIN, className="dx-account-page", tabIndex="-1"
    )
    return page_shell(
        get_current_account(), main, dcc.Store(id=ids.change_signal(ids.LIVE_SESSIONS)), *confirm_dialog()
    )
