"""One-time links: mailed to whose they are, else shown to the admin to hand on."""

from __future__ import annotations

import smtplib

from dash import dcc, html
from dash.development.base_component import Component

from accounts import mail, one_time_links
from db.tables import Purpose


def handed(id_: int, name: str, token: str, purpose: Purpose) -> list[Component]:
    """What is said of a new link: that it was mailed, or the link to hand on, which is not shown again."""
    link = _link(one_time_links.address(one_time_links.base(), token, purpose))
    try:
        sent = mail.bring(id_, purpose, token)
    except (OSError, smtplib.SMTPException) as error:
        words = f"The mail could not be sent: {error}. Check the mail server; this link is good all the same."
        return [html.P(words, className="dx-field-error", role="alert"), *_by_hand(name, link)]
    if sent is None:
        return _by_hand(name, link)
    shown = html.Details([html.Summary("Show the link"), *_by_hand(name, link)], className="dx-more")
    return [html.P(f"A mail with the link is on its way to {sent}."), shown]


def way(id_: int) -> tuple[str, str]:
    """What will become of a link for this person, in words, and what the button says."""
    address = mail.reach(id_)
    return (f"It is mailed to {address}.", "Send the mail") if address else ("", "Make a link")


def _by_hand(name: str, link: Component) -> list[Component]:
    return [html.P(f"Hand this link to {name}. It is good once, and not shown again."), link]


def _link(address: str) -> Component:
    copy = dcc.Clipboard(content=address, title="Copy", className="dx-copy")
    return html.Div([html.Code(address, tabIndex="0"), copy], className="dx-link")
