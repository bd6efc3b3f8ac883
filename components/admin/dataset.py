"""One dataset in full, as the panel beside the table shows it: whose it is, and who sees how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import ids
from components.confirm_dialog import ask, lines, section
from components.controls import Conditions, Field, Formatted, Options, facts

Row = dict[str, Any]
LEVELS = [("view", "View"), ("edit", "Edit"), ("manage", "Manage")]


def panel(dataset: Row, shares: Sequence[Row]) -> list[Component]:
    """Facts, shares in words, and a way to see it with somebody's eyes."""
    id_ = dataset["id"]
    known = facts(
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
                ask("Share…", "share", id_),
                ask("See as a person…", "see", id_),
                ask("Change owner…", "owner", id_),
                html.A("Feeds", href=f"/admin/feeds?text={dataset['slug']}", className="dx-quiet-button"),
            ],
            className="dx-acts",
        ),
        known,
        section("Shared with", lines([_share(each) for each in shares], "Nobody but its owner and admins.")),
    ]


def _share(share: Row) -> Component:
    words = html.Div([html.Strong(share["with"]), html.Div(share["words"], className="dx-weak")])
    acts = [ask("Change…", "change-share", share["id"]), ask("Stop…", "stop-share", share["id"])]
    return html.Li([words, html.Div(acts, className="dx-line-acts")])


def terms(columns: list[Row], level: str, conditions: list[Row], masked: Sequence[str]) -> list[Component]:
    """The fields that ask on which terms a dataset is ids."""
    names: Options = [(column["name"], column["label"]) for column in columns]
    return [
        Field(ids.answer("level"), "They may", "choice", value=level, options=LEVELS),
        Conditions(ids.answer("conditions"), columns, conditions),
        Field(ids.answer("masked"), "Columns to leave out", "many", value=list(masked), options=names),
    ]
