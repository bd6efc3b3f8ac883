"""The Feeds page: channels whose rows go to a dataset, and their dead letters. Also for presenters."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import admin_page
from components.admin.table import data_grid, grid_column
from components.confirm_dialog import confirm_button
from components.controls import Field
from pages.current_account import get_current_account

REFRESH_INTERVAL = 2000
"""Milliseconds between two updates of the feeds' metrics."""
FEED_COLUMNS = [
    grid_column("name", "Name", sortable=True),
    grid_column("dataset", "Dataset", sortable=True, width=128),
    grid_column("state", "State", width=88),
    grid_column("lag", "Lag", "Seconds", width=72),
    grid_column("rate", "Rows/s", "Number", width=80),
    grid_column("rows", "Rows", "Number", sortable=True, width=104),
    grid_column("letters", "Dead letters", "Number", sortable=True, width=112),
    grid_column("problem", "Last error"),
]
LETTER_COLUMNS = [
    grid_column("at", "When", "Moment", width=176),
    grid_column("reason", "Reason"),
    grid_column("content", "Row"),
]
NO_FEED = "No feeds. Create one to let programs publish rows to a dataset."
NO_LETTER = "No dead letters. Every row received fits the dataset."


def layout(letters: str = "", text: str = "", **_query: str) -> Component:
    """Return the feeds, filtered by ``text``; or the dead letters of the feed whose key is ``letters``."""
    return _letters_layout(letters) if letters else _feeds_layout(text)


def _feeds_layout(text: str) -> Component:
    by = ids.filter_field(ids.FEEDS, "text")
    label = "Find by name or dataset"
    find = Field(by, label, "search", value=text, placeholder="Name or dataset", quiet=True, wait=200)
    beat = dcc.Interval(id=ids.REFRESH_TIMER, interval=REFRESH_INTERVAL)
    tools = [confirm_button("New feed…", "new-feed", primary=True)]
    return admin_page(
        get_current_account(), "feeds", data_grid(ids.FEEDS, FEED_COLUMNS, [find], NO_FEED), beat, tools=tools
    )


def _letters_layout(key: str) -> Component:
    which = dcc.Input(id=ids.filter_field(ids.DEAD_LETTERS, "feed"), type="hidden", value=key)
    head = html.Div(id=ids.LETTERS_BREADCRUMB, className="dx-trail", role="status")
    tools = [
        confirm_button("Discard all…", "discard-letters", key, danger=True),
        confirm_button("Retry all…", "replay-letters", key, primary=True),
    ]
    return admin_page(
        get_current_account(),
        "feeds",
        head,
        data_grid(ids.DEAD_LETTERS, LETTER_COLUMNS, [which], NO_LETTER),
        tools=tools,
    )
