"""A real mail server on this machine, for what is mailed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from queue import Queue
from typing import Any

from aiosmtpd.controller import Controller
from pydantic import SecretStr

import config
from config import Settings

PUBLIC_URL = "https://data.example.org"


class Mailbox:
    """Takes whatever is delivered."""

    def __init__(self) -> None:
        self.mails: Queue[EmailMessage] = Queue()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.put(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def receive_mail(self) -> EmailMessage:
        return self.mails.get(timeout=20)


def configure_mail(settings: Settings, port: int) -> None:
    url = SecretStr(f"smtp://127.0.0.1:{port}?tls=off")
    mails = {"smtp_url": url, "mail_from": "DataXchange <dx@example.org>", "public_url": PUBLIC_URL}
    config.override_settings(settings.model_copy(update=mails))


def run_mailbox(settings: Settings) -> Iterator[Mailbox]:
    """One that these settings deliver to; it ends when another is asked for."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    configure_mail(settings, port)
    yield box
    controller.stop()
