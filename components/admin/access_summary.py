"""Summaries of what a person sees of datasets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.confirm_dialog import item_list
from components.controls import Formatted, fact_list

Row = dict[str, Any]


def dataset_access(seen: Row) -> Component:
    """Return what a person sees of one dataset, with the number of rows."""
    visible = html.Span([Formatted(seen["visible"], "number"), " of ", Formatted(seen["total"], "number")])
    return fact_list(
        ("Access level", seen["level"]),
        ("Rows", visible),
        ("Conditions", seen["rows"]),
        ("Hidden columns", ", ".join(seen["hidden"]) or "None"),
    )


def access_list(seen: Sequence[Row]) -> Component:
    """Return what a person sees of each dataset, one line per dataset."""
    shown = [
        html.Li(html.Div([html.Strong(row["name"]), html.Div(_describe_access(row), className="dx-weak")]))
        for row in seen
    ]
    return item_list(shown, "They can't see any dataset.")


def _describe_access(row: Row) -> str:
    hidden = [f"hidden columns: {', '.join(row['hidden'])}"] if row["hidden"] else []
    return " · ".join([row["level"], row["rows"], *hidden])
