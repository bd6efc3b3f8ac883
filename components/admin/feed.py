"""The panels of a feed and of a dead letter beside the table, and instructions for publishing."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from components.admin import ids
from components.blocks import RowData, fact_list, titled_section
from components.confirm_dialog import action_button, confirm_button
from components.controls import Formatted


def feed_panel(feed: RowData, snippets: Sequence[tuple[str, str]]) -> list[Component]:
    """Return the panel of a feed: actions, metrics, facts, and ``snippets`` (names and code to paste)."""
    key = feed["id"]
    turn = (
        action_button("Resume", "resume-feed", key)
        if feed["paused"]
        else action_button("Pause", "pause-feed", key)
    )
    dead = html.A("Dead letters", href=f"/admin/feeds?letters={key}", className="dx-quiet-button")
    address = f"/explore/{feed['dataset']}"
    known = fact_list(
        ("Dataset", html.A(address, href=address)),
        ("Channel", html.Code(feed["channel"])),
        ("Created", Formatted(feed["created"], "moment")),
    )
    return [
        html.Div(html.H2(feed["name"]), className="dx-panel-head"),
        html.Div(
            [turn, dead, confirm_button("Delete…", "delete-feed", key, danger=True)], className="dx-acts"
        ),
        html.Div(feed_metrics(feed), id=ids.feed_metrics(key)),
        known,
        titled_section("Publish", *publish_instructions(snippets)),
    ]


def feed_metrics(feed: RowData) -> Component:
    """Return the current state and throughput of a feed."""
    problem = [("Last error", html.Span(feed["problem"], className="dx-danger"))] if feed["problem"] else []
    return fact_list(
        ("State", feed["state"]),
        *problem,
        ("Lag", Formatted(feed["lag"], "seconds")),
        ("Rows per second", Formatted(feed["rate"], "number")),
        ("Rows added", Formatted(feed["rows"], "number")),
        ("Last received", Formatted(feed["last"], "moment", "None yet")),
        ("Dead letters", Formatted(feed["letters"], "number")),
    )


def publish_instructions(snippets: Sequence[tuple[str, str]]) -> list[Component]:
    """Return code that programs use, each snippet with a button that copies it."""
    words = (
        "Set DATAXCHANGE_TOKEN to an API token with the scope present, from your account page."
        " The values of the row are examples."
    )
    return [html.P(words, className="dx-weak"), *(_snippet_block(*each) for each in snippets)]


def _snippet_block(name: str, code: str) -> Component:
    copy = dcc.Clipboard(content=code, title=f"Copy {name}", className="dx-copy")
    shown = html.Pre(code, className="dx-details", tabIndex="0", **{"aria-label": name})
    return html.Div(
        [html.Div([html.Strong(name), copy], className="dx-connection-head"), shown],
        className="dx-connection",
    )


def letter_panel(own: RowData) -> list[Component]:
    """Return the panel of a dead letter: the row and the reason."""
    acts = [
        action_button("Retry", "replay-letter", own["id"]),
        confirm_button("Discard…", "discard-letter", own["id"], danger=True),
    ]
    return [
        html.Div(html.H2("Dead letter"), className="dx-panel-head"),
        html.Div(acts, className="dx-acts"),
        fact_list(("Received", Formatted(own["at"], "moment")), ("Reason", own["reason"])),
        html.Pre(own["full"], className="dx-details", tabIndex="0", **{"aria-label": "Row"}),
    ]


def letters_breadcrumb(name: str, dataset: str) -> list[Component]:
    """Return the name of the feed and a link back to the feeds."""
    return [
        html.A("Feeds", href="/admin/feeds"),
        html.Span(" / ", **{"aria-hidden": "true"}),
        html.Strong(name),
        html.Span(f" · dead letters for {dataset}", className="dx-weak"),
    ]


def feed_not_found(problem: str) -> list[Component]:
    """Return the message that a feed doesn't exist."""
    return [html.P(problem, className="dx-field-error"), html.A("Back to feeds", href="/admin/feeds")]
