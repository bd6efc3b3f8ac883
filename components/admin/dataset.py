"""The panel of a dataset beside the table: facts and shares."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components import ids
from components.blocks import RowData, fact_list, item_list, titled_section
from components.confirm_dialog import confirm_button
from components.controls import Conditions, Field, FieldOptions, Formatted

LEVEL_OPTIONS = [("view", "Can view"), ("edit", "Can edit"), ("manage", "Can manage")]


def dataset_panel(dataset: RowData, shares: Sequence[RowData]) -> list[Component]:
    """Return the panel: facts, shares in words, and buttons."""
    id_ = dataset["id"]
    known = fact_list(
        ("Address", html.A(f"/explore/{dataset['slug']}", href=f"/explore/{dataset['slug']}")),
        ("Owner", dataset["owner"] or "No owner (managed by admins)"),
        ("Versions", Formatted(dataset["versions"], "number")),
        ("Rows", Formatted(dataset["rows"], "number")),
        ("On disk", Formatted(dataset["nbytes"], "bytes")),
        ("Encrypted", dataset["encrypted"]),
        ("Added", Formatted(dataset["created"], "moment")),
    )
    return [
        html.Div(html.H2(dataset["name"]), className="dx-panel-head"),
        html.Div(
            [
                confirm_button("Share…", "share", id_),
                confirm_button("View as…", "see", id_),
                confirm_button("Change owner…", "owner", id_),
                html.A("Feeds", href=f"/admin/feeds?text={dataset['slug']}", className="dx-quiet-button"),
            ],
            className="dx-acts",
        ),
        known,
        titled_section(
            "Shared with",
            item_list(
                [_share_item(each) for each in shares], "Not shared yet. The owner and admins have access."
            ),
        ),
    ]


def _share_item(share: RowData) -> Component:
    words = html.Div([html.Strong(share["with"]), html.Div(share["words"], className="dx-weak")])
    acts = [
        confirm_button("Change…", "change-share", share["id"]),
        confirm_button("Stop sharing…", "stop-share", share["id"]),
    ]
    return html.Li([words, html.Div(acts, className="dx-line-acts")])


def share_fields(
    columns: list[RowData],
    names: FieldOptions,
    level: str,
    conditions: list[RowData],
    masked: Sequence[str],
) -> list[Component]:
    """Return the fields for the terms of a share; ``names`` are the columns that it may hide or show."""
    return [
        Field(ids.form_field("level"), "Access level", "choice", value=level, options=LEVEL_OPTIONS),
        Conditions(ids.form_field("conditions"), columns, conditions),
        Field(ids.form_field("masked"), "Hidden columns", "many", value=list(masked), options=names),
        Field(ids.form_field("offered"), "", "hidden", value=[name for name, _ in names]),
    ]
