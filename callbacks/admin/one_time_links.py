"""One-time links: mailed to whose they are, else shown to the admin to hand on."""

from __future__ import annotations

import smtplib

from dash import dcc, html
from dash.development.base_component import Component

from accounts import mail, one_time_links
from db.tables import LinkPurpose


def link_created_message(id_: int, name: str, token: str, purpose: LinkPurpose) -> list[Component]:
    """What is said of a new link: that it was mailed, or the link to hand on, which is not shown again."""
    link = _copyable_link(one_time_links.build_link_url(one_time_links.get_base_url(), token, purpose))
    try:
        sent = mail.send_link(id_, purpose, token)
    except (OSError, smtplib.SMTPException) as error:
        words = f"The mail could not be sent: {error}. Check the mail server; this link is good all the same."
        return [html.P(words, className="dx-field-error", role="alert"), *_manual_delivery(name, link)]
    if sent is None:
        return _manual_delivery(name, link)
    shown = html.Details([html.Summary("Show the link"), *_manual_delivery(name, link)], className="dx-more")
    return [html.P(f"A mail with the link is on its way to {sent}."), shown]


def delivery_hint(id_: int) -> tuple[str, str]:
    """What will become of a link for this person, in words, and what the button says."""
    address = mail.get_mail_address(id_)
    return (f"It is mailed to {address}.", "Send the mail") if address else ("", "Make a link")


def _manual_delivery(name: str, link: Component) -> list[Component]:
    return [html.P(f"Hand this link to {name}. It is good once, and not shown again."), link]


def _copyable_link(address: str) -> Component:
    copy = dcc.Clipboard(content=address, title="Copy", className="dx-copy")
    return html.Div([html.Code(address, tabIndex="0"), copy], className="dx-link")
