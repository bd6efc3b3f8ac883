"""The callback of the Settings page: each setting, its default and its source."""

from __future__ import annotations

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from accounts.guard import requires
from accounts.permissions import Permission
from components.admin import ids
from config import EffectiveSetting, list_effective_settings

HEADINGS = ("Setting", "Value", "Default", "Source")


def register_callbacks() -> None:
    """Register the callback that fills the page when it opens."""
    callback(Output(ids.SETTINGS, "children"), Input(ids.SETTINGS, "id"))(render_settings)


@requires(Permission.ADMINISTER)
def render_settings(_id: str) -> list[Component]:
    """Return a table of all settings; of a secret it shows only whether it is set."""
    head = html.Thead(html.Tr([html.Th(each, scope="col") for each in HEADINGS]))
    words = (
        "They are read from environment variables at startup. To change one, set it and restart the service."
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
