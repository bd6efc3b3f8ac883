"""Publishing: messages and members' messages, over a socket or by a request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from realtime.broker import channel_names, message_codec
from realtime.broker.channels import Channel, Done, Publication
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.hub import Hub
from realtime.broker.message_codec import Item
from realtime.broker.protocol import Flag
from realtime.broker.storage_types import Kind
from realtime.broker.tokens import Access

if TYPE_CHECKING:
    from realtime.broker.session import Session

OF_CONNECTION = re.compile(r"[\w-]{16}:\d+:\d+", re.ASCII)
"""An id that the broker gives; a client gives none such, lest it takes one before its owner does."""


async def message(session: Session, frame: Frame) -> None:
    """Publish; ACK or NACK follows, in the order of what was sent."""
    serial = _serial(frame)
    receipt, connection = session.receipts.open(serial), session.connection
    again, connection.received = serial <= connection.received, max(serial, connection.received)
    try:
        channel = _channel(session, frame, "publish", Flag.PUBLISH)
        items = message_codec.taken(frame.get("messages"), session.hub.options.largest_message)
        identify(items, session.access, f"{connection.id}:{serial}", connection.id)
        if again and message_codec.is_passing(items):
            receipt.settle([])  # it has been delivered, or was lost with those who listened then
            return
        silent = None if session.echo else connection
        session.hub.channels.publish(channel, Publication(Kind.MESSAGE, items, silent), receipt.settle)
    except BrokerError as error:
        receipt.settle(error)


async def presence(session: Session, frame: Frame) -> None:
    """Let members enter, update or leave; ACK or NACK follows."""
    serial = _serial(frame)
    receipt, connection = session.receipts.open(serial), session.connection
    connection.received = max(serial, connection.received)
    try:
        channel = _channel(session, frame, "presence", Flag.PRESENCE)
        items = message_codec.taken(frame.get("presence"), session.hub.options.largest_message)
        for item, raw in zip(items, frame["presence"], strict=True):
            item.pop("id", None)
            item["action"] = raw.get("action", 0)
        identify(items, session.access, f"{connection.id}:{serial}", connection.id)
        _enter(session.hub, channel, items, receipt.settle)
    except BrokerError as error:
        receipt.settle(error)


async def by_request(hub: Hub, access: Access, channel: Channel, items: list[Item]) -> list[str]:
    """Publish messages of no connection; returns their serials.

    Raises:
        BrokerError: they are refused; says why.
    """
    identify(items, access, token_urlsafe(9), None)
    if not channel.rate.take():
        raise BrokerError(42913, f"too many messages a second on {channel.name}")
    published: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    def done(outcome: list[str] | BrokerError) -> None:
        if published.cancelled():
            return
        if isinstance(outcome, BrokerError):
            published.set_exception(outcome)
        else:
            published.set_result(outcome)

    hub.channels.publish(channel, Publication(Kind.MESSAGE, items), done)
    return await published


def identify(items: Sequence[Item], access: Access, base: str, connection: str | None) -> None:
    """Give each item its id, its client and its connection.

    Raises:
        BrokerError: an id or a client that the items name is not theirs.
    """
    _require_ids(items)
    for index, item in enumerate(items):
        item.setdefault("id", f"{base}:{index}")
        item.pop("connectionId", None)
        if connection is not None:
            item["connectionId"] = connection
        _name(item, access)


def _require_ids(items: Sequence[Item]) -> None:
    ids = [item["id"] for item in items if "id" in item]
    if not ids:
        return
    if any(OF_CONNECTION.fullmatch(id_) or not id_ for id_ in ids):
        raise BrokerError(40031, "a message can't have the id of another's")
    base = ids[0].rpartition(":")[0]
    if len(items) > 1 and ids != [f"{base}:{index}" for index in range(len(items))]:
        raise BrokerError(40031, "messages that are published at once have the ids base:0, base:1 and so on")


def _name(item: Item, access: Access) -> None:
    client = item.get("clientId")
    if client is not None and (client in ("", "*") or access.client_id not in (client, "*")):
        raise BrokerError(40012, f"this client can't speak as {client!r}")
    if client is None and access.name is not None:
        item["clientId"] = access.name


def _enter(hub: Hub, channel: Channel, items: list[Item], done: Done) -> None:
    if not all(item.get("clientId") for item in items):
        raise BrokerError(91000, "only clients with an id can be present")
    changing = [item for item in items if channel.members.admit(item)]
    if changing:
        hub.channels.publish(channel, Publication(Kind.PRESENCE, changing), done)
    else:
        done([])


def _serial(frame: Frame) -> int:
    serial = frame.get("msgSerial", 0)
    if type(serial) is not int or not 0 <= serial < 2**53:
        raise BrokerError(80013, "a msgSerial is a whole number")
    return serial


def _channel(session: Session, frame: Frame, operation: str, mode: Flag) -> Channel:
    """The channel to publish to.

    Raises:
        BrokerError: there is none such, the client may not, or does so too often.
    """
    name = channel_names.read(frame.get("channel"))
    attachment = session.connection.attachments.get(frame["channel"])
    if attachment is not None and mode not in attachment.modes:
        raise BrokerError(40160, f"{name.own} is attached without this mode")
    if not session.access.capability.allows(operation, name.own):
        raise BrokerError(40160, f"the token does not allow {operation} on {name.own}")
    if not session.connection.rate.take():
        raise BrokerError(42911, "too many messages a second on this connection")
    channel = session.hub.channels.get(name.own)
    if not channel.rate.take():
        raise BrokerError(42913, f"too many messages a second on {name.own}")
    return channel
