"""Live sessions as a list: what runs now, and what can be watched again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import ask, lines
from components.controls import Formatted

Row = dict[str, Any]
NOTHING_RUNS = "Nobody presents now. Open a dataset and press Present to let others follow your brush."
NOTHING_KEPT = "None yet. What you have presented or followed can be watched again here."


def lists(own: Sequence[Row]) -> list[Component]:
    """Both lists; each row is a live session as it is told to its reader; its ``title`` is the dataset's."""
    running = [_line(each) for each in own if each["running"]]
    ended = [_line(each) for each in own if not each["running"]]
    return [_part("Now", running, NOTHING_RUNS), _part("To watch again", ended, NOTHING_KEPT)]


def _part(title: str, shown: Sequence[Component], empty: str) -> Component:
    return html.Section([html.H2(title), lines(shown, empty)], className="dx-lives")


def _line(own: Row) -> Component:
    link = html.A(own["name"], href=f"/live/{own['key']}")
    by = f"{own['title']} · presented by {own['presenter']['name']} · "
    weak = html.Div([by, Formatted(own["started"], "moment")], className="dx-weak")
    buttons = html.Div(_buttons(own) if own["owns"] else [], className="dx-line-acts")
    return html.Li([html.Div([link, weak]), buttons])


def _buttons(own: Row) -> list[Component]:
    key = own["key"]
    last = (
        ask("End…", "end-own-live", key)
        if own["running"]
        else ask("Delete…", "delete-live", key, danger=True)
    )
    return [ask("Rename…", "rename-live", key), last]
