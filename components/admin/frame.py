"""What surrounds each administration page: the rail of pages, a heading, and the dialog that asks first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import ids as shared
from components.admin import ids
from components.controls import Dialog
from components.shell import Account, shell

PAGES = {
    "people": "People",
    "groups": "Groups",
    "datasets": "Datasets and rights",
    "sessions": "Sessions and tokens",
    "audit": "Audit",
    "health": "Health",
    "settings": "Settings",
}


def frame(
    account: Account | None, page: str, *content: Component, tools: Sequence[Component] = ()
) -> Component:
    """The page of this name (a key of ``PAGES``); ``tools`` stand beside its heading."""
    head = html.Div(
        [html.H1(PAGES[page]), html.Div(tools, className="dx-admin-tools")], className="dx-admin-head"
    )
    main = html.Main([head, *content], id=shared.MAIN, className="dx-admin-main", tabIndex="-1")
    return shell(account, html.Div([_rail(page), main], className="dx-admin"), *_asking())


def _rail(current: str) -> Component:
    links = [html.Li(_link(page, label, page == current)) for page, label in PAGES.items()]
    label = {"aria-label": "Administration"}
    return html.Nav(
        [html.P("Administration", className="dx-admin-title"), html.Ul(links)],
        className="dx-admin-rail",
        **label,
    )


def _link(page: str, label: str, current: bool) -> Component:
    return html.A(label, href=f"/admin/{page}", className="dx-admin-link", **_here(current))


def _here(current: bool) -> dict[str, str]:
    return {"aria-current": "page"} if current else {}


def _asking() -> list[Component]:
    buttons = html.Div(
        html.Button("Confirm", id=ids.CONFIRM, type="button", className="dx-button"),
        className="dx-dialog-buttons",
    )
    problem = html.P(id=ids.PROBLEM, className="dx-field-error", role="alert")
    question = html.Div(id=ids.QUESTION, className="dx-question")
    return [
        Dialog(ids.ASKING, children=[question, problem, buttons]),
        dcc.Store(id=ids.PENDING),
        html.Div(id=ids.NOTICE, className="dx-notices", role="status"),
    ]


def tabs(page: str, current: str, labels: Mapping[str, str]) -> Component:
    """Links between the parts of a page; each is ``?show=`` and its key."""
    links = [
        html.A(label, href=f"/admin/{page}?show={key}", className="dx-tab", **_here(key == current))
        for key, label in labels.items()
    ]
    return html.Nav(links, className="dx-tabs", **{"aria-label": PAGES[page]})


def ask(label: str, verb: str, key: object = "", *, danger: bool = False, main: bool = False) -> Component:
    """A button that asks before it acts."""
    kind = "dx-button" if main else f"dx-quiet-button{' dx-danger' if danger else ''}"
    return html.Button(label, id=ids.ask(verb, str(key)), type="button", className=kind)


def do(label: str, verb: str, key: object = "") -> Component:
    """A button that acts at once."""
    return html.Button(label, id=ids.do(verb, str(key)), type="button", className="dx-quiet-button")


def section(title: str, *content: Any) -> Component:  # noqa: ANN401
    """Part of a panel or page under a heading of its own."""
    return html.Section([html.H2(title), *content], className="dx-admin-section")


def lines(items: Sequence[Component], empty: str) -> Component:
    """A list, or what is said when there is nothing in it."""
    return html.Ul(items, className="dx-lines") if items else html.P(empty, className="dx-weak")
