"""Parts that several pages and panels are built of: sections, lists and facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

RowData = dict[str, Any]
"""The data of one table row, panel or list item, by field."""


def titled_section(title: str, *content: Any) -> Component:  # noqa: ANN401
    """Return a part of a panel or page under a heading of its own."""
    return html.Section([html.H2(title), *content], className="dx-admin-section")


def item_list(items: Sequence[Component], empty: str) -> Component:
    """Return a list, or the text ``empty`` if there is nothing in it."""
    return html.Ul(items, className="dx-lines") if items else html.P(empty, className="dx-weak")


def fact_list(*pairs: tuple[str, Any]) -> Component:
    """Return names and values, one pair per line."""
    lines = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in pairs]
    return html.Dl(lines, className="dx-facts")
