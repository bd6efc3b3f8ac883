"""Publishing messages and presence messages, over a socket or over HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from secrets import token_urlsafe

from realtime.broker import channel_names, message_codec
from realtime.broker.channels import Channel, Publication, PublishCallback
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.hub import Hub
from realtime.broker.message_codec import Item
from realtime.broker.protocol import ChannelFlag
from realtime.broker.session import ClientSession
from realtime.broker.storage_types import PublicationKind
from realtime.broker.tokens import Access

RESERVED_ID_PATTERN = re.compile(r"[\w-]{16}:\d+:\d+", re.ASCII)
"""The pattern of ids that the broker assigns. Clients can't use them, or one could claim another's id."""


async def publish_messages(session: ClientSession, frame: Frame) -> None:
    """Publish the messages of a MESSAGE frame; ACK or NACK follows in the order of the frames."""
    serial = _parse_serial(frame)
    ack, connection = session.acks.open_ack(serial), session.connection
    repeated, connection.last_serial = serial <= connection.last_serial, max(serial, connection.last_serial)
    try:
        channel = _get_channel(session, frame, "publish", ChannelFlag.PUBLISH)
        items = message_codec.parse_items(frame.get("messages"), session.hub.options.largest_message)
        assign_identity(items, session.access, f"{connection.id}:{serial}", connection.id)
        if repeated and message_codec.is_ephemeral(items):
            ack.set_outcome([])  # it was delivered already, or its listeners are gone
            return
        excluded = None if session.echo else connection.id
        session.hub.channels.publish(
            channel, Publication(PublicationKind.MESSAGE, items, excluded), ack.set_outcome
        )
    except BrokerError as error:
        ack.set_outcome(error)


async def publish_presence(session: ClientSession, frame: Frame) -> None:
    """Publish the presence messages of a PRESENCE frame; ACK or NACK follows in the order of the frames."""
    serial = _parse_serial(frame)
    ack, connection = session.acks.open_ack(serial), session.connection
    connection.last_serial = max(serial, connection.last_serial)
    try:
        channel = _get_channel(session, frame, "presence", ChannelFlag.PRESENCE)
        items = message_codec.parse_items(frame.get("presence"), session.hub.options.largest_message)
        for item, raw in zip(items, frame["presence"], strict=True):
            item.pop("id", None)
            item["action"] = raw.get("action", 0)
        assign_identity(items, session.access, f"{connection.id}:{serial}", connection.id)
        _change_presence(session.hub, channel, items, ack.set_outcome)
    except BrokerError as error:
        ack.set_outcome(error)


async def publish_by_request(hub: Hub, access: Access, channel: Channel, items: list[Item]) -> list[str]:
    """Publish messages without a connection; return their serials.

    Raises:
        BrokerError: the messages are refused.
    """
    assign_identity(items, access, token_urlsafe(9), None)
    if not channel.rate_limit.try_take():
        raise BrokerError(42913, f"too many messages per second on {channel.name}")
    outcome_future: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    def set_outcome(outcome: list[str] | BrokerError) -> None:
        if outcome_future.cancelled():
            return
        if isinstance(outcome, BrokerError):
            outcome_future.set_exception(outcome)
        else:
            outcome_future.set_result(outcome)

    hub.channels.publish(channel, Publication(PublicationKind.MESSAGE, items), set_outcome)
    return await outcome_future


def assign_identity(items: Sequence[Item], access: Access, base: str, connection: str | None) -> None:
    """Set the id, the client id and the connection id of each item.

    Raises:
        BrokerError: an id is reserved or malformed, or the client id is not the client's own.
    """
    _require_valid_ids(items)
    for index, item in enumerate(items):
        item.setdefault("id", f"{base}:{index}")
        item.pop("connectionId", None)
        if connection is not None:
            item["connectionId"] = connection
        _set_client_id(item, access)


def _require_valid_ids(items: Sequence[Item]) -> None:
    ids = [item["id"] for item in items if "id" in item]
    if not ids:
        return
    if any(RESERVED_ID_PATTERN.fullmatch(id_) or not id_ for id_ in ids):
        raise BrokerError(40031, "a message id must not be empty or have the form of the broker's ids")
    base = ids[0].rpartition(":")[0]
    if len(items) > 1 and ids != [f"{base}:{index}" for index in range(len(items))]:
        raise BrokerError(40031, "messages published together must have the ids base:0, base:1 and so on")


def _set_client_id(item: Item, access: Access) -> None:
    client_id = item.get("clientId")
    if client_id is not None and (client_id in ("", "*") or access.client_id not in (client_id, "*")):
        raise BrokerError(40012, f"the token does not allow the clientId {client_id!r}")
    if client_id is None and access.fixed_client_id is not None:
        item["clientId"] = access.fixed_client_id


def _change_presence(hub: Hub, channel: Channel, items: list[Item], done: PublishCallback) -> None:
    if not all(item.get("clientId") for item in items):
        raise BrokerError(91000, "presence needs a clientId")
    changing = [item for item in items if channel.members.expect_change(item)]
    if changing:
        hub.channels.publish(channel, Publication(PublicationKind.PRESENCE, changing), done)
    else:
        done([])


def _parse_serial(frame: Frame) -> int:
    serial = frame.get("msgSerial", 0)
    if type(serial) is not int or not 0 <= serial < 2**53:
        raise BrokerError(80013, "msgSerial must be a whole number")
    return serial


def _get_channel(session: ClientSession, frame: Frame, operation: str, mode: ChannelFlag) -> Channel:
    """Return the channel to publish on.

    Raises:
        BrokerError: the name is not valid, the client may not publish there, or the rate limit is exceeded.
    """
    name = channel_names.parse_channel_name(frame.get("channel"))
    attachment = session.connection.attachments.get(frame["channel"])
    if attachment is not None and mode not in attachment.modes:
        raise BrokerError(40160, f"{name.name} is attached without the mode for {operation}")
    if not session.access.capability.allows(operation, name.name):
        raise BrokerError(40160, f"the token does not allow {operation} on {name.name}")
    if not session.connection.rate_limit.try_take():
        raise BrokerError(42911, "too many messages per second on this connection")
    channel = session.hub.channels.get_or_create(name.name)
    if not channel.rate_limit.try_take():
        raise BrokerError(42913, f"too many messages per second on {name.name}")
    return channel
