"""The Settings page: what is in effect, its default, and where it comes from."""

from __future__ import annotations

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from accounts.guard import requires
from accounts.permissions import Permission
from components.admin import ids
from config import InEffect, in_effect

HEADINGS = ("Setting", "Value", "Default", "From")


def register() -> None:
    """Wire the page; it is filled when it opens."""
    callback(Output(ids.SETTINGS, "children"), Input(ids.SETTINGS, "id"))(settings)


@requires(Permission.ADMINISTER)
def settings(_id: str) -> list[Component]:
    """Every setting, a line each; of a secret only whether it is set."""
    head = html.Thead(html.Tr([html.Th(each, scope="col") for each in HEADINGS]))
    words = (
        "They are read from the environment when the service starts; change them there and start it again."
    )
    table = html.Table([head, html.Tbody([_line(each) for each in in_effect()])], className="dx-list")
    return [html.P(words, className="dx-weak"), html.Div(table, className="dx-scroll", tabIndex="0")]


def _line(setting: InEffect) -> Component:
    source = "Environment" if setting.given else "Default"
    cells = (html.Code(setting.variable), setting.value or "not set", setting.default or "not set", source)
    first, *others = cells
    own = "dx-overridden" if setting.given else ""
    return html.Tr([html.Th(first, scope="row"), *map(html.Td, others)], className=own)
