"""Mail: links to who is invited or has forgotten their password, sent beside the request that asks for it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from urllib.parse import unquote, urlsplit

import structlog

from accounts import links, users
from accounts.principals import Principal
from config import settings
from db.tables import Purpose

PATIENCE = 20
"""Seconds that the mail server may take for a step."""
PORTS = {"smtp": 587, "smtps": 465}
log = structlog.get_logger(__name__)


def configured() -> bool:
    return settings().smtp_url is not None


def later(send: Callable[[str], None], who: str) -> None:
    """Send it soon, in a thread: how long a request takes must not tell whom we know. Failures are logged."""
    _sender().submit(_logged, send, who)


def offer_reset(who: str) -> None:
    """Mail a link to a new password to the user of this name or address, if there is one who gets mail.

    Not again within minutes: whoever asks in somebody's name shall not fill their mailbox.
    """
    person = users.of_email(who) or users.of_name(who)
    email = users.email_of(person.id) if person else None
    if person and email and not links.just_issued(person.id, Purpose.RESET):
        _send(person, email, Purpose.RESET, "A new password for DataXchange", RESET)


def invite(name: str) -> None:
    """Mail an invitation to the user of this name, who must have an address.

    Raises:
        UnknownUserError: nobody has this name.
        smtplib.SMTPException, OSError: the mail server did not take it.
    """
    person = users.of_name(name)
    email = users.email_of(person.id) if person else None
    if person is None or email is None:
        raise users.UnknownUserError(name)
    _send(person, email, Purpose.INVITATION, "Welcome to DataXchange", INVITATION)


RESET = """Hello {name},

somebody, hopefully you, has asked for a new password for DataXchange. Choose it here:

{address}

The link is good once, for {minutes} minutes. If it wasn't you, leave it: nothing has changed.
"""
INVITATION = """Hello {name},

you are invited to DataXchange. Choose your password here:

{address}

The link is good once, for {days} days. Your name there is {name}.
"""


def _send(person: Principal, email: str, purpose: Purpose, subject: str, text: str) -> None:
    own = settings()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = own.mail_from, email, subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        text.format(
            name=person.name,
            address=links.address(links.base(), links.issue(person.name, purpose), purpose),
            minutes=own.link_lifetime // timedelta(minutes=1),
            days=own.invitation_lifetime.days,
        )
    )
    _deliver(message)


def _deliver(message: EmailMessage) -> None:
    chosen = settings().smtp_url
    place = urlsplit(chosen.get_secret_value() if chosen else "")
    host, port = place.hostname or "", place.port or PORTS[place.scheme]
    context = ssl.create_default_context()
    if place.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=PATIENCE)
    with server:
        if place.scheme == "smtp" and place.query != "tls=off":
            server.starttls(context=context)
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(message)


def _logged(send: Callable[[str], None], who: str) -> None:
    try:
        send(who)
    except Exception as error:  # nobody waits for this thread; the text may quote the mail
        log.warning("a mail could not be sent", kind=type(error).__name__)


@cache
def _sender() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "mail")
