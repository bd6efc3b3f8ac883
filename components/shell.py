"""The frame of every page: the skip link and the top bar."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from components import ids


@dataclass(frozen=True)
class CurrentAccount:
    """The account that is signed in."""

    name: str
    role: str
    is_admin: bool = False
    is_presenter: bool = False


def page_shell(account: CurrentAccount | None, *page: Component) -> Component:
    """Return a page below the top bar, which shows the account or that the reader is a guest.

    The page's script puts its tools into ``ids.PAGE_TOOLS``.
    """
    return html.Div([_skip_link(), _top_bar(account), *page], className="dx-shell")


def _skip_link() -> Component:
    return html.A("Skip to content", href=f"#{ids.MAIN}", className="dx-skip")


def _top_bar(account: CurrentAccount | None) -> Component:
    brand = html.A([html.Span(className="dx-brand-mark"), "DataXchange"], href="/", className="dx-brand")
    who = html.Span("Guest", className="dx-role") if account is None else _account_menu(account)
    return html.Header(
        [brand, html.Div(id=ids.PAGE_TOOLS, className="dx-tools-slot"), _theme_button(), who],
        className="dx-bar",
    )


def _theme_button() -> Component:
    icon = html.Span(className="dx-icon dx-icon-theme", **{"aria-hidden": "true"})
    return html.Button(
        icon,
        type="button",
        title="Toggle theme",
        className="dx-icon-button",
        **{"aria-label": "Toggle theme", "data-dx-theme": ""},
    )


def _account_menu(account: CurrentAccount) -> Component:
    initial = html.Span(account.name[:1].upper(), className="dx-initial", **{"aria-hidden": "true"})
    summary = html.Summary(
        initial,
        title="Account",
        className="dx-account-button",
        **{"aria-label": f"Account of {account.name}"},
    )
    button = html.Button("Sign out", type="submit", className="dx-menu-item")
    sign_out = html.Form(button, action="/signout", method="POST")
    places = {"/live": "Live sessions", "/account": "Account"}
    if account.is_admin:
        places |= {"/admin/people": "Administration"}
    elif account.is_presenter:
        places |= {"/admin/feeds": "Feeds"}
    pages = [html.A(label, href=path, className="dx-menu-item") for path, label in places.items()]
    who = html.P([html.Strong(account.name), html.Span(account.role, className="dx-role")])
    return html.Details(
        [summary, html.Div([who, *pages, sign_out], className="dx-account-menu")], className="dx-account"
    )
