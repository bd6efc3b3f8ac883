"""The pulse: what has to happen at its time, looked at every second."""

from __future__ import annotations

import asyncio
import sqlite3
from time import monotonic, time

import structlog

from realtime.broker import disconnect, serials
from realtime.broker.connections import Connection
from realtime.broker.errors import BrokerError
from realtime.broker.hub import Hub
from realtime.broker.protocol import Action

log = structlog.get_logger(__name__)
TIDY = 60.0
"""Seconds between two looks at what history may forget."""


async def beat(hub: Hub) -> None:
    """Go on until cancelled."""
    tidied = monotonic()
    while True:
        await asyncio.sleep(hub.options.tick)
        for connection in hub.connections:
            look_after(hub, connection)
        hub.channels.tidy()
        if monotonic() - tidied > TIDY:
            tidied = monotonic()
            await forget(hub)


def look_after(hub: Hub, connection: Connection) -> None:
    """Do for a connection what its time has come for."""
    if connection.socket is None:
        _miss(hub, connection)
        return
    if monotonic() - connection.socket.sent > hub.options.idle * 2 / 3:
        connection.send({"action": int(Action.HEARTBEAT)})
    access = connection.access
    if access is None or access.expires is None:
        return
    if time() >= access.expires:
        connection.send_away(BrokerError(40142, "the token has expired"))
    elif time() >= access.expires - hub.options.warning and not connection.warned:
        connection.warned = True
        connection.send({"action": int(Action.AUTH)})


async def forget(hub: Hub) -> None:
    """Let history forget what is too old or too much."""
    oldest = serials.of_time(int((time() - hub.options.keep) * 1000))
    try:
        hub.horizon = await hub.history.change(lambda ledger: ledger.forget(oldest, hub.options.room))
    except sqlite3.Error as error:
        log.warning("history could not be shortened", reason=str(error))


def _miss(hub: Hub, connection: Connection) -> None:
    away = monotonic() - connection.lost
    if away > connection.grace:
        disconnect.gone(hub, connection)
    if away > hub.options.resumable:
        hub.connections.forget(connection)
