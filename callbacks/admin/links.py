"""One-time links, shown to the admin to hand on."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from accounts import links
from db.tables import Purpose


def shown(token: str, purpose: Purpose, name: str) -> list[Component]:
    """The link to copy, which is not shown again."""
    address = links.address(links.base(), token, purpose)
    copy = dcc.Clipboard(content=address, title="Copy", className="dx-copy")
    words = f"Hand this link to {name}. It is good once, and not shown again."
    return [html.P(words), html.Div([html.Code(address, tabIndex="0"), copy], className="dx-link")]
