"""One dataset in full, as the panel beside the table shows it: whose it is, and who sees how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import ids
from components.confirm_dialog import confirm_button, item_list, titled_section
from components.controls import Conditions, Field, FieldOptions, Formatted, fact_list

Row = dict[str, Any]
LEVEL_OPTIONS = [("view", "View"), ("edit", "Edit"), ("manage", "Manage")]


def dataset_panel(dataset: Row, shares: Sequence[Row]) -> list[Component]:
    """Facts, shares in words, and a way to see it with somebody's eyes."""
    id_ = dataset["id"]
    known = fact_list(
        ("Address", html.A(f"/explore/{dataset['slug']}", href=f"/explore/{dataset['slug']}")),
        ("Owner", dataset["owner"] or "Nobody: admins only manage it"),
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
                confirm_button("See as a person…", "see", id_),
                confirm_button("Change owner…", "owner", id_),
                html.A("Feeds", href=f"/admin/feeds?text={dataset['slug']}", className="dx-quiet-button"),
            ],
            className="dx-acts",
        ),
        known,
        titled_section(
            "Shared with",
            item_list([_share_item(each) for each in shares], "Nobody but its owner and admins."),
        ),
    ]


def _share_item(share: Row) -> Component:
    words = html.Div([html.Strong(share["with"]), html.Div(share["words"], className="dx-weak")])
    acts = [
        confirm_button("Change…", "change-share", share["id"]),
        confirm_button("Stop…", "stop-share", share["id"]),
    ]
    return html.Li([words, html.Div(acts, className="dx-line-acts")])


def share_fields(
    columns: list[Row], level: str, conditions: list[Row], masked: Sequence[str]
) -> list[Component]:
    """The fields that ask on which terms a dataset is ids."""
    names: FieldOptions = [(column["name"], column["label"]) for column in columns]
    return [
        Field(ids.form_field("level"), "They may", "choice", value=level, options=LEVEL_OPTIONS),
        Conditions(ids.form_field("conditions"), columns, conditions),
        Field(ids.form_field("masked"), "Columns to leave out", "many", value=list(masked), options=names),
    ]
