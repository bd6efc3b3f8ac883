"""Feeds: channels whose rows go to a dataset, how fast, and what did not fit. For those who present, too."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components.admin import ids
from components.admin.admin_page import frame
from components.admin.table import column, table
from components.confirm_dialog import ask
from components.controls import Field
from pages.current_account import account

BEAT = 2000
"""Milliseconds between two looks at how fast the feeds are."""
FEEDS = [
    column("name", "Name", sortable=True),
    column("dataset", "Dataset", sortable=True, width=128),
    column("state", "State", width=88),
    column("lag", "Lag", "Seconds", width=72),
    column("rate", "Rows/s", "Number", width=80),
    column("rows", "Rows", "Number", sortable=True, width=104),
    column("letters", "Dead letters", "Number", sortable=True, width=112),
    column("problem", "Last error"),
]
LETTERS = [
    column("at", "When", "Moment", width=176),
    column("reason", "Reason"),
    column("content", "Row"),
]
NO_FEED = "No feed. Create one, and programs can publish rows to a dataset, live."
NO_LETTER = "No dead letter: every row that has come fits the dataset."


def layout(letters: str = "", text: str = "", **_query: str) -> Component:
    """The feeds, those named like ``text`` first; or the dead letters of one, by its key."""
    return _letters(letters) if letters else _feeds(text)


def _feeds(text: str) -> Component:
    by = ids.filter_(ids.FEEDS, "text")
    label = "Find by name or dataset"
    find = Field(by, label, "search", value=text, placeholder="Name or dataset", quiet=True, wait=200)
    beat = dcc.Interval(id=ids.BEAT, interval=BEAT)
    tools = [ask("New feed…", "new-feed", main=True)]
    return frame(account(), "feeds", table(ids.FEEDS, FEEDS, [find], NO_FEED), beat, tools=tools)


def _letters(key: str) -> Component:
    which = dcc.Input(id=ids.filter_(ids.LETTERS, "feed"), type="hidden", value=key)
    head = html.Div(id=ids.LETTERS_OF, className="dx-trail", role="status")
    tools = [
        ask("Discard all…", "discard-letters", key, danger=True),
        ask("Play all again…", "replay-letters", key, main=True),
    ]
    return frame(account(), "feeds", head, table(ids.LETTERS, LETTERS, [which], NO_LETTER), tools=tools)
