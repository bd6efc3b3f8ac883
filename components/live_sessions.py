"""Live sessions as a list: what runs now, and what can be watched again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import confirm_button, item_list
from components.controls import Formatted

Row = dict[str, Any]
NONE_RUNNING = "Nobody presents now. Open a dataset and press Present to let others follow your brush."
NONE_ENDED = "None yet. What you have presented or followed can be watched again here."


def session_lists(own: Sequence[Row]) -> list[Component]:
    """Both lists; each row is a live session as it is told to its reader; its ``title`` is the dataset's."""
    running = [_session_item(each) for each in own if each["running"]]
    ended = [_session_item(each) for each in own if not each["running"]]
    return [_list_section("Now", running, NONE_RUNNING), _list_section("To watch again", ended, NONE_ENDED)]


def _list_section(title: str, shown: Sequence[Component], empty: str) -> Component:
    return html.Section([html.H2(title), item_list(shown, empty)], className="dx-lives")


def _session_item(own: Row) -> Component:
    link = html.A(own["name"], href=f"/live/{own['key']}")
    by = f"{own['title']} · presented by {own['presenter']['name']} · "
    weak = html.Div([by, Formatted(own["started"], "moment")], className="dx-weak")
    buttons = html.Div(_owner_buttons(own) if own["owns"] else [], className="dx-line-acts")
    return html.Li([html.Div([link, weak]), buttons])


def _owner_buttons(own: Row) -> list[Component]:
    key = own["key"]
    last = (
        confirm_button("End…", "end-own-live", key)
        if own["running"]
        else confirm_button("Delete…", "delete-live", key, danger=True)
    )
    return [confirm_button("Rename…", "rename-live", key), last]
