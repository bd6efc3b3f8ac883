"""E-mails with links for invitations and password resets, some of them sent in a background thread."""

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
from config import get_settings
from db.tables import LinkPurpose

SMTP_TIMEOUT = 20
"""Seconds that the mail server may take for each step."""
PORTS = {"smtp": 587, "smtps": 465}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class MailTemplate:
    """The texts of an e-mail with a link of a certain purpose."""

    purpose: LinkPurpose
    subject: str
    text: str


FORGOT_PASSWORD_MAIL = MailTemplate(
    LinkPurpose.RESET,
    "Reset your DataXchange password",
    """Hello {name},

We received a request to reset your DataXchange password. Choose a new password here:

{address}

The link works once and expires in {minutes} minutes. If you didn't ask for it, ignore this
message: nothing has changed.
""",
)
ADMIN_RESET_MAIL = MailTemplate(
    LinkPurpose.RESET,
    "Reset your DataXchange password",
    """Hello {name},

An admin has started a password reset for your DataXchange account. Choose a new password here:

{address}

The link works once and expires in {minutes} minutes. Your old password works until then.
""",
)
INVITATION_MAIL = MailTemplate(
    LinkPurpose.INVITATION,
    "Your invitation to DataXchange",
    """Hello {name},

You have been invited to DataXchange. Choose your password here:

{address}

The link works once and expires in {days} days. Your user name is {name}.
""",
)
LINK_MAILS = {letter.purpose: letter for letter in (INVITATION_MAIL, ADMIN_RESET_MAIL)}


def is_configured() -> bool:
    return get_settings().smtp_url is not None


def send_in_background(send: Callable[[str], None], who: str) -> None:
    """Send an e-mail in a thread, so that a request's time doesn't reveal who has an account.

    Failures are logged.
    """
    _get_executor().submit(_run_logged, send, who)


def get_mail_address(user_id: int) -> str | None:
    """Return the e-mail address of a user; None if they have none or no mail server is configured."""
    return users.get_email(user_id) if is_configured() else None


def send_link(user_id: int, purpose: LinkPurpose, token: str) -> str | None:
    """Mail a user a link that an admin has created; return the address, or None if mail can't reach them.

    Raises:
        smtplib.SMTPException, OSError: the mail server did not accept the e-mail.
    """
    email, person = get_mail_address(user_id), users.find_by_id(user_id)
    if email and person:
        _send_template(person, email, LINK_MAILS[purpose], token)
        return email
    return None


def send_reset_link(who: str) -> None:
    """Mail a password reset link to the user with this name or address, if there is one with an address.

    No second link is sent within minutes, so that nobody can flood another user's mailbox.
    """
    person = users.find_by_email(who) or users.find_by_name(who)
    email = users.get_email(person.id) if person else None
    if person and email and not one_time_links.was_just_issued(person.id, LinkPurpose.RESET):
        _send_template(
            person,
            email,
            FORGOT_PASSWORD_MAIL,
            one_time_links.create_link_token(person.name, LinkPurpose.RESET),
        )


def _send_template(person: Principal, email: str, template: MailTemplate, token: str) -> None:
    settings = get_settings()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, email, template.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        template.text.format(
            name=person.name,
            address=one_time_links.build_link_url(one_time_links.get_base_url(), token, template.purpose),
            minutes=settings.link_lifetime // timedelta(minutes=1),
            days=settings.invitation_lifetime.days,
        )
    )
    _deliver_message(message)


def _deliver_message(message: EmailMessage) -> None:
    chosen = get_settings().smtp_url
    place = urlsplit(chosen.get_secret_value() if chosen else "")
    host, port = place.hostname or "", place.port or PORTS[place.scheme]
    context = ssl.create_default_context()
    if place.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SMTP_TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=SMTP_TIMEOUT)
    with server:
        if place.scheme == "smtp" and place.query != "tls=off":
            server.starttls(context=context)
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(message)


def _run_logged(send: Callable[[str], None], who: str) -> None:
    try:
        send(who)
    except Exception as error:  # nobody waits for this thread; the text may quote the mail
        log.warning("a mail could not be sent", kind=type(error).__name__)


@cache
def _get_executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "mail")
