"""The account page: the password, factors, sessions and tokens of the person who is signed in."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.confirm_dialog import confirm_dialog
from components.shell import page_shell
from pages.current_account import get_current_account


def layout(**_query: str) -> Component:
    """Return the page; a callback fills it when it opens and after each change."""
    loading = html.P("Loading…", className="dx-weak")
    parts = html.Div(loading, id=ids.ACCOUNT)
    main = html.Main([html.H1("Account"), parts], id=ids.MAIN, className="dx-account-page", tabIndex="-1")
    return page_shell(
        get_current_account(), main, dcc.Store(id=ids.change_signal(ids.ACCOUNT)), *confirm_dialog()
    )
