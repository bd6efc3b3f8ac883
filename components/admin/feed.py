"""One feed in full, as the panel beside the table shows it; how to publish to it; one of its dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components.admin import ids
from components.confirm_dialog import action_button, confirm_button, titled_section
from components.controls import Formatted, fact_list

Row = dict[str, Any]


def feed_panel(feed: Row, snippets: Sequence[tuple[str, str]]) -> list[Component]:
    """What it does, how fast it is now, and how to publish to it: ``snippets`` are names and what to paste."""
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


def feed_metrics(feed: Row) -> Component:
    """How fast it is now."""
    problem = [("Last error", html.Span(feed["problem"], className="dx-danger"))] if feed["problem"] else []
    return fact_list(
        ("State", feed["state"]),
        *problem,
        ("Lag", Formatted(feed["lag"], "seconds")),
        ("Rows a second", Formatted(feed["rate"], "number")),
        ("Rows so far", Formatted(feed["rows"], "number")),
        ("Last rows", Formatted(feed["last"], "moment", "None yet")),
        ("Dead letters", Formatted(feed["letters"], "number")),
    )


def publish_instructions(snippets: Sequence[tuple[str, str]]) -> list[Component]:
    """What programs paste, each with a button that copies it."""
    words = (
        "Programs need an API token of the scope present, from your account page, in DATAXCHANGE_TOKEN."
        " What a row holds here is an example."
    )
    return [html.P(words, className="dx-weak"), *(_snippet_block(*each) for each in snippets)]


def _snippet_block(name: str, code: str) -> Component:
    copy = dcc.Clipboard(content=code, title=f"Copy {name}", className="dx-copy")
    shown = html.Pre(code, className="dx-details", tabIndex="0", **{"aria-label": name})
    return html.Div(
        [html.Div([html.Strong(name), copy], className="dx-connection-head"), shown],
        className="dx-connection",
    )


def letter_panel(own: Row) -> list[Component]:
    """What could not be added, and why not."""
    acts = [
        action_button("Play again", "replay-letter", own["id"]),
        confirm_button("Discard…", "discard-letter", own["id"], danger=True),
    ]
    return [
        html.Div(html.H2("Dead letter"), className="dx-panel-head"),
        html.Div(acts, className="dx-acts"),
        fact_list(("Came", Formatted(own["at"], "moment")), ("Reason", own["reason"])),
        html.Pre(own["full"], className="dx-details", tabIndex="0", **{"aria-label": "The row"}),
    ]


def letters_breadcrumb(name: str, dataset: str) -> list[Component]:
    """Whose dead letters a page shows, and the way back."""
    return [
        html.A("Feeds", href="/admin/feeds"),
        html.Span(" / ", **{"aria-hidden": "true"}),
        html.Strong(name),
        html.Span(f" to {dataset}: what did not fit", className="dx-weak"),
    ]


def feed_not_found(problem: str) -> list[Component]:
    """There is no such feed."""
    return [html.P(problem, className="dx-field-error"), html.A("To the feeds", href="/admin/feeds")]
