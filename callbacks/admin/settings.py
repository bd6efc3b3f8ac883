"""The Settings page: what is in effect, its default, and where it comes from."""

from __future__ import annotations

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from accounts.guard import requires
from accounts.permissions import Permission
from components.admin import ids
from config import EffectiveSetting, list_effective_settings

HEADINGS = ("Setting", "Value", "Default", "From")


def register_callbacks() -> None:
    """Wire the page; it is filled when it opens."""
    callback(Output(ids.SETTINGS, "children"), Input(ids.SETTINGS, "id"))(render_settings)


@requires(Permission.ADMINISTER)
def render_settings(_id: str) -> list[Component]:
    """Every setting, a line each; of a secret only whether it is set."""
    head = html.Thead(html.Tr([html.Th(each, scope="col") for each in HEADINGS]))
    words = (
        "They are read from the environment when the service starts; change them there and start it again."
    )
    table = html.Table(
        [head, html.Tbody([_to_table_row(each) for each in list_effective_settings()])], className="dx-list"
    )
    return [html.P(words, className="dx-weak"), html.Div(table, className="dx-scroll", tabIndex="0")]


def _to_table_row(setting: EffectiveSetting) -> Component:
    source = "Environment" if setting.is_set else "Default"
    cells = (html.Code(setting.variable), setting.value or "not set", setting.default or "not set", source)
    first, *others = cells
    own = "dx-overridden" if setting.is_set else ""
    return html.Tr([html.Th(first, scope="row"), *map(html.Td, others)], className=own)
