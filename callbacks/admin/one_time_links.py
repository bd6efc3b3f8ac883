"""One-time links: e-mailed to their owner, or else shown to the admin to send."""

from __future__ import annotations

import smtplib

from dash import dcc, html
from dash.development.base_component import Component

from accounts import mail, one_time_links
from db.tables import LinkPurpose


def link_created_message(id_: int, name: str, token: str, purpose: LinkPurpose) -> list[Component]:
    """E-mail a new link and return the message about it; without e-mail, return the link to copy."""
    link = _copyable_link(one_time_links.build_link_url(one_time_links.get_base_url(), token, purpose))
    try:
        sent = mail.send_link(id_, purpose, token)
    except (OSError, smtplib.SMTPException) as error:
        words = f"The e-mail could not be sent: {error}. Check the mail server. The link works all the same."
        return [html.P(words, className="dx-field-error", role="alert"), *_manual_delivery(name, link)]
    if sent is None:
        return _manual_delivery(name, link)
    shown = html.Details([html.Summary("Show the link"), *_manual_delivery(name, link)], className="dx-more")
    return [html.P(f"An e-mail with the link has been sent to {sent}."), shown]


def delivery_hint(id_: int) -> tuple[str, str]:
    """Return a sentence on how the link reaches this person, and the label of the button."""
    address = mail.get_mail_address(id_)
    return (f"It will be e-mailed to {address}.", "Send e-mail") if address else ("", "Create link")


def _manual_delivery(name: str, link: Component) -> list[Component]:
    return [html.P(f"Send this link to {name}. It works once and won't be shown again."), link]


def _copyable_link(address: str) -> Component:
    copy = dcc.Clipboard(content=address, title="Copy", className="dx-copy")
    return html.Div([html.Code(address, tabIndex="0"), copy], className="dx-link")
