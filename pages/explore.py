"""The Explore page: for a dataset, a saved view or a live session."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component

from components import ids
from components.explorer import Explorer
from components.shell import page_shell
from pages.current_account import get_current_account


def layout(
    dataset: str | None = None, view: str | None = None, live: str | None = None, **_query: str
) -> Component:
    """Return the page, with stores that callbacks can listen to: commits made here, and by a presenter."""
    explorer = Explorer(id=ids.EXPLORER, dataset=dataset, view=view, live=live)
    return page_shell(
        get_current_account(), explorer, dcc.Store(id=ids.EXPLORATION_STORE), dcc.Store(id=ids.LIVE_STORE)
    )
