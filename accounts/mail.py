"""Mail: links to who is invited or has forgotten their password, sent beside the request that asks for it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from urllib.parse import unquote, urlsplit

import structlog

from accounts import one_time_links, users
from accounts.principals import Principal
from config import settings
from db.tables import Purpose

PATIENCE = 20
"""Seconds that the mail server may take for a step."""
PORTS = {"smtp": 587, "smtps": 465}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Letter:
    """What is written to somebody about a link of this purpose."""

    purpose: Purpose
    subject: str
    text: str


FORGOTTEN = Letter(
    Purpose.RESET,
    "A new password for DataXchange",
    """Hello {name},

somebody, hopefully you, has asked for a new password for DataXchange. Choose it here:

{address}

The link is good once, for {minutes} minutes. If it wasn't you, leave it: nothing has changed.
""",
)
RESET = Letter(
    Purpose.RESET,
    "A new password for DataXchange",
    """Hello {name},

an admin of DataXchange lets you choose a new password there. Choose it here:

{address}

The link is good once, for {minutes} minutes. Until then the old password stays as it is.
""",
)
INVITATION = Letter(
    Purpose.INVITATION,
    "Welcome to DataXchange",
    """Hello {name},

you are invited to DataXchange. Choose your password here:

{address}

The link is good once, for {days} days. Your name there is {name}.
""",
)
LETTERS = {letter.purpose: letter for letter in (INVITATION, RESET)}


def configured() -> bool:
    return settings().smtp_url is not None


def later(send: Callable[[str], None], who: str) -> None:
    """Send it soon, in a thread: how long a request takes must not tell whom we know. Failures are logged."""
    _sender().submit(_logged, send, who)


def reach(user_id: int) -> str | None:
    """Where mail reaches a user; None: nowhere, or there is no mail server."""
    return users.email_of(user_id) if configured() else None


def bring(user_id: int, purpose: Purpose, token: str) -> str | None:
    """Mail a user the link that somebody else has made for them; returns where to, None if that is nowhere.

    Raises:
        smtplib.SMTPException, OSError: the mail server did not take it.
    """
    email, person = reach(user_id), users.of_id(user_id)
    if email and person:
        _send(person, email, LETTERS[purpose], token)
        return email
    return None


def offer_reset(who: str) -> None:
    """Mail a link to a new password to the user of this name or address, if there is one who gets mail.

    Not again within minutes: whoever asks in somebody's name shall not fill their mailbox.
    """
    person = users.of_email(who) or users.of_name(who)
    email = users.email_of(person.id) if person else None
    if person and email and not one_time_links.just_issued(person.id, Purpose.RESET):
        _send(person, email, FORGOTTEN, one_time_links.issue(person.name, Purpose.RESET))


def _send(person: Principal, email: str, letter: Letter, token: str) -> None:
    own = settings()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = own.mail_from, email, letter.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        letter.text.format(
            name=person.name,
            address=one_time_links.address(one_time_links.base(), token, letter.purpose),
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
