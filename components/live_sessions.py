"""The lists of running live sessions and of recordings."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.blocks import RowData, item_list
from components.confirm_dialog import confirm_button
from components.controls import Formatted

NONE_RUNNING = "No live sessions right now. To start one, open a dataset and select Present."
NONE_TO_FOLLOW = (
    "No live sessions right now. When somebody presents a dataset that you see, the session appears here."
    " To present yourself, ask an admin for the role presenter."
)
NONE_ENDED = (
    "No recordings yet. Live sessions that you presented or followed appear here when they have ended."
)


def session_lists(own: Sequence[RowData], *, may_present: bool) -> list[Component]:
    """Return both lists; a row is a ``LiveSessionInfo.to_json`` plus ``title``, the dataset's name."""
    none_running = NONE_RUNNING if may_present else NONE_TO_FOLLOW
    running = [_session_item(each) for each in own if each["running"]]
    ended = [_session_item(each) for each in own if not each["running"]]
    return [_list_section("Now", running, none_running), _list_section("Recordings", ended, NONE_ENDED)]


def _list_section(title: str, shown: Sequence[Component], empty: str) -> Component:
    return html.Section([html.H2(title), item_list(shown, empty)], className="dx-lives")


def _session_item(own: RowData) -> Component:
    link = html.A(own["name"], href=f"/live/{own['key']}")
    by = f"{own['title']} · presented by {own['presenter']['name']} · "
    weak = html.Div([by, Formatted(own["started"], "moment")], className="dx-weak")
    buttons = html.Div(_owner_buttons(own) if own["owns"] else [], className="dx-line-acts")
    return html.Li([html.Div([link, weak]), buttons])


def _owner_buttons(own: RowData) -> list[Component]:
    key = own["key"]
    last = (
        confirm_button("End…", "end-own-live", key)
        if own["running"]
        else confirm_button("Delete…", "delete-live", key, danger=True)
    )
    return [confirm_button("Rename…", "rename-live", key), last]
