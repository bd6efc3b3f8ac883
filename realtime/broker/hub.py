"""The parts of a running broker that sessions and requests share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from realtime.broker.auth import BrokerAuth
from realtime.broker.channels import ChannelRegistry
from realtime.broker.connections import ConnectionRegistry
from realtime.broker.errors import BrokerError
from realtime.broker.history import History
from realtime.broker.options import BrokerOptions


@dataclass
class Hub:
    """The parts of a running broker. ``horizon`` is the newest serial that was removed from the history."""

    options: BrokerOptions
    auth: BrokerAuth
    history: History
    channels: ChannelRegistry
    connections: ConnectionRegistry
    horizon: str = ""

    async def revoke_tokens(self, targets: Iterable[object], before: int) -> list[str]:
        """Revoke tokens issued before a moment (ms), and disconnect their sockets; return the targets.

        Raises:
            BrokerError: a target is neither ``clientId:…`` nor ``revocationKey:…``.
        """
        revoked = await self.auth.revoke_tokens(targets, before)
        for connection in self.connections:
            if connection.access is not None and self.auth.is_revoked(connection.access):
                connection.disconnect(BrokerError(40141, "the token has been revoked"))
        return revoked
