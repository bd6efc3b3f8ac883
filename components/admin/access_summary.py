"""What a person sees of datasets, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import item_list
from components.controls import Formatted, fact_list

Row = dict[str, Any]


def dataset_access(seen: Row) -> Component:
    """One dataset with somebody's eyes, with the number of rows they see."""
    visible = html.Span([Formatted(seen["visible"], "number"), " of ", Formatted(seen["total"], "number")])
    return fact_list(
        ("They may", seen["level"]),
        ("Rows", visible),
        ("Which", seen["rows"]),
        ("Columns left out", ", ".join(seen["hidden"]) or "None"),
    )


def access_list(seen: Sequence[Row]) -> Component:
    """All that somebody sees, a line a dataset."""
    shown = [
        html.Li(html.Div([html.Strong(row["name"]), html.Div(_describe_access(row), className="dx-weak")]))
        for row in seen
    ]
    return item_list(shown, "Nothing is shared with them.")


def _describe_access(row: Row) -> str:
    hidden = [f"without {', '.join(row['hidden'])}"] if row["hidden"] else []
    return " · ".join([row["level"], row["rows"], *hidden])
