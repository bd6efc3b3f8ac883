"""Periodic work of the broker: heartbeats, token expiry, absent clients and pruning of the history."""

from __future__ import annotations

import asyncio
import sqlite3
from time import monotonic, time

import structlog

from realtime.broker import disconnect, serials
from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.hub import Hub
from realtime.broker.protocol import ProtocolAction

log = structlog.get_logger(__name__)
PRUNE_INTERVAL = 60.0
"""The seconds between two prunings of the history."""


async def run_maintenance(hub: Hub) -> None:
    """Check all connections and channels once per ``tick`` until cancelled."""
    last_pruned = monotonic()
    while True:
        await asyncio.sleep(hub.options.tick)
        for connection in hub.connections:
            check_connection(hub, connection)
        disconnect_without_key(hub)
        hub.channels.remove_idle()
        if monotonic() - last_pruned > PRUNE_INTERVAL:
            last_pruned = monotonic()
            await prune_history(hub)


def check_connection(hub: Hub, connection: Connection) -> None:
    """Do what is due for a connection: a heartbeat, a token renewal, or the end of its token."""
    if connection.socket is None:
        _check_absent(hub, connection)
        return
    if monotonic() - connection.socket.last_put_at > hub.options.idle_interval * 2 / 3:
        connection.send_frame({"action": int(ProtocolAction.HEARTBEAT)})
    access = connection.access
    if access is None or access.expires_at is None:
        return
    if time() >= access.expires_at:
        connection.disconnect(BrokerError(40142, "the token has expired"))
    elif time() >= access.expires_at - hub.options.renewal_notice and not connection.is_renewal_requested:
        connection.is_renewal_requested = True
        connection.send_frame({"action": int(ProtocolAction.AUTH)})


def disconnect_without_key(hub: Hub) -> None:
    """Disconnect the clients whose key was deleted, or expired some time after it was replaced."""
    connected = [(each, each.access.key) for each in hub.connections if each.access and each.socket]
    lost = {name for name in {key for _, key in connected} if not hub.auth.has_key(name)}
    for connection, key in connected:
        if key in lost:
            connection.disconnect(BrokerError(40141, "the key of the token no longer exists"))


async def prune_history(hub: Hub) -> None:
    """Remove messages from the history that are older than the retention or exceed the size limit."""
    oldest = serials.from_milliseconds(int((time() - hub.options.retention) * 1000))
    try:
        hub.horizon = await hub.history.run_in_writer(
            lambda store: store.prune_items(oldest, hub.options.max_bytes)
        )
    except sqlite3.Error as error:
        log.warning("the history could not be pruned", reason=str(error))


def _check_absent(hub: Hub, connection: Connection) -> None:
    away = monotonic() - connection.disconnected_at
    if away > connection.presence_grace:
        disconnect.remove_all_members(hub, connection)
    if away > hub.options.resume_window:
        hub.connections.remove(connection)
