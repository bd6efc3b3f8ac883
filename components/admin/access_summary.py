"""Summaries of what a person sees of datasets."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.blocks import RowData, fact_list, item_list
from components.controls import Formatted


def dataset_access(seen: RowData) -> Component:
    """Return what a person sees of one dataset, with the number of rows."""
    visible = html.Span([Formatted(seen["visible"], "number"), " of ", Formatted(seen["total"], "number")])
    return fact_list(
        ("Access level", seen["level"]),
        ("Rows", visible),
        ("Conditions", seen["rows"]),
        ("Hidden columns", ", ".join(seen["hidden"]) or "None"),
    )


def access_list(seen: Sequence[RowData]) -> Component:
    """Return what a person sees of each dataset, one line per dataset."""
    shown = [
        html.Li(html.Div([html.Strong(row["name"]), html.Div(_describe_access(row), className="dx-weak")]))
        for row in seen
    ]
    return item_list(shown, "They can't see any dataset.")


def _describe_access(row: RowData) -> str:
    hidden = [f"hidden columns: {', '.join(row['hidden'])}"] if row["hidden"] else []
    return " · ".join([row["level"], row["rows"], *hidden])
