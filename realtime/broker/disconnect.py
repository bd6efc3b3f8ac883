"""Leaving: of a channel, of the service, or without a word."""

from __future__ import annotations

from realtime.broker.channels import Channel, Publication
from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.hub import Hub
from realtime.broker.presence import said_for
from realtime.broker.protocol import Presence
from realtime.broker.storage_types import Kind


def drop(connection: Connection) -> None:
    """Follow nothing any longer."""
    for attachment in connection.attachments.values():
        attachment.channel.attachments.discard(attachment)
    connection.attachments.clear()


def members(hub: Hub, connection: Connection, channel: Channel) -> None:
    """Let a connection's members leave a channel."""
    items = [said_for(item, Presence.LEAVE) for item in channel.members.of(connection.id)]
    _say(hub, channel, items)


def gone(hub: Hub, connection: Connection) -> None:
    """Let its members leave everywhere, but remember them in case that it comes back."""
    for channel in hub.channels:
        present = channel.members.of(connection.id)
        if present:
            connection.gone[channel.name] += present
            members(hub, connection, channel)


def back(hub: Hub, connection: Connection, channel: Channel) -> None:
    """Let members of a connection that has come back enter again."""
    _say(hub, channel, [said_for(item, Presence.ENTER) for item in connection.gone.pop(channel.name, [])])


def close(hub: Hub, connection: Connection) -> None:
    """End a connection for good."""
    drop(connection)
    gone(hub, connection)
    hub.connections.forget(connection)


def _say(hub: Hub, channel: Channel, items: list[dict[str, object]]) -> None:
    changing = [item for item in items if channel.members.admit(item)]
    if changing:
        hub.channels.publish(channel, Publication(Kind.PRESENCE, changing), _ignore)


def _ignore(_outcome: list[str] | BrokerError) -> None:
    """Nobody waits for this."""
