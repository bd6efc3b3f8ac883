"""What a person sees of datasets, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import lines
from components.controls import Formatted, facts

Row = dict[str, Any]


def one(seen: Row) -> Component:
    """One dataset with somebody's eyes, with the number of rows they see."""
    visible = html.Span([Formatted(seen["visible"], "number"), " of ", Formatted(seen["total"], "number")])
    return facts(
        ("They may", seen["level"]),
        ("Rows", visible),
        ("Which", seen["rows"]),
        ("Columns left out", ", ".join(seen["hidden"]) or "None"),
    )


def each(seen: Sequence[Row]) -> Component:
    """All that somebody sees, a line a dataset."""
    shown = [
        html.Li(html.Div([html.Strong(row["name"]), html.Div(_words(row), className="dx-weak")]))
        for row in seen
    ]
    return lines(shown, "Nothing is shared with them.")


def _words(row: Row) -> str:
    hidden = [f"without {', '.join(row['hidden'])}"] if row["hidden"] else []
    return " · ".join([row["level"], row["rows"], *hidden])
