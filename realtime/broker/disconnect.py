"""Detaching, leaving and closing: what happens to a connection's attachments and members."""

from __future__ import annotations

from realtime.broker.channels import Channel, Publication
from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.hub import Hub
from realtime.broker.presence import make_presence_item
from realtime.broker.protocol import PresenceAction
from realtime.broker.storage_types import PublicationKind


def detach_all(connection: Connection) -> None:
    """Detach the connection from all channels; its members stay present."""
    for attachment in connection.attachments.values():
        attachment.channel.subscribers.discard(attachment)
    connection.attachments.clear()


def remove_members(hub: Hub, connection: Connection, channel: Channel) -> None:
    """Make the connection's members leave a channel."""
    items = [
        make_presence_item(item, PresenceAction.LEAVE)
        for item in channel.members.list_of_connection(connection.id)
    ]
    _publish_presence(hub, channel, items)


def remove_all_members(hub: Hub, connection: Connection) -> None:
    """Make the connection's members leave all channels, and remember them in case the client resumes."""
    for channel in hub.channels:
        members = channel.members.list_of_connection(connection.id)
        if members:
            connection.departed_members[channel.name] += members
            remove_members(hub, connection, channel)


def restore_members(hub: Hub, connection: Connection, channel: Channel) -> None:
    """Make the remembered members of a resumed connection enter the channel again."""
    _publish_presence(
        hub,
        channel,
        [
            make_presence_item(item, PresenceAction.ENTER)
            for item in connection.departed_members.pop(channel.name, [])
        ],
    )


def close_connection(hub: Hub, connection: Connection) -> None:
    """Close a connection so that it can't be resumed."""
    detach_all(connection)
    remove_all_members(hub, connection)
    hub.connections.remove(connection)


def _publish_presence(hub: Hub, channel: Channel, items: list[dict[str, object]]) -> None:
    changing = [item for item in items if channel.members.expect_change(item)]
    if changing:
        hub.channels.publish(channel, Publication(PublicationKind.PRESENCE, changing), _ignore_outcome)


def _ignore_outcome(_outcome: list[str] | BrokerError) -> None:
    """Ignore the outcome: no client waits for it."""
