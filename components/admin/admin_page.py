"""The frame of each administration page: a sidebar with links, and a heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from components import ids
from components.confirm_dialog import confirm_dialog
from components.shell import CurrentAccount, page_shell

ADMIN_PAGES = {
    "people": "People",
    "groups": "Groups",
    "datasets": "Datasets and rights",
    "feeds": "Feeds",
    "sessions": "Sessions and tokens",
    "audit": "Audit",
    "health": "Health",
    "settings": "Settings",
}
PRESENTER_PAGES = {"feeds"}
"""The pages that presenters can open too."""


def admin_page(
    account: CurrentAccount | None, page: str, *content: Component, tools: Sequence[Component] = ()
) -> Component:
    """Return the page of this name (a key of ``ADMIN_PAGES``); ``tools`` are next to its heading."""
    head = html.Div(
        [html.H1(ADMIN_PAGES[page]), html.Div(tools, className="dx-admin-tools")], className="dx-admin-head"
    )
    main = html.Main([head, *content], id=ids.MAIN, className="dx-admin-main", tabIndex="-1")
    administers = account is not None and account.is_admin
    return page_shell(
        account, html.Div([_sidebar(page, administers), main], className="dx-admin"), *confirm_dialog()
    )


def _sidebar(current: str, administers: bool) -> Component:
    shown = {page: label for page, label in ADMIN_PAGES.items() if administers or page in PRESENTER_PAGES}
    links = [html.Li(_link(page, label, page == current)) for page, label in shown.items()]
    label = {"aria-label": "Administration"}
    return html.Nav(
        [html.P("Administration", className="dx-admin-title"), html.Ul(links)],
        className="dx-admin-rail",
        **label,
    )


def _link(page: str, label: str, current: bool) -> Component:
    return html.A(label, href=f"/admin/{page}", className="dx-admin-link", **_aria_current(current))


def _aria_current(current: bool) -> dict[str, str]:
    return {"aria-current": "page"} if current else {}


def page_tabs(page: str, current: str, labels: Mapping[str, str]) -> Component:
    """Return links between the tabs of a page; each leads to ``?show=`` and its key."""
    links = [
        html.A(label, href=f"/admin/{page}?show={key}", className="dx-tab", **_aria_current(key == current))
        for key, label in labels.items()
    ]
    return html.Nav(links, className="dx-tabs", **{"aria-label": ADMIN_PAGES[page]})
