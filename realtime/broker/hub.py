"""What sessions and requests share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from realtime.broker.auth import Gate
from realtime.broker.channels import Channels
from realtime.broker.connections import Connections
from realtime.broker.errors import BrokerError
from realtime.broker.history import History
from realtime.broker.options import Options


@dataclass
class Hub:
    """The parts of a running broker. ``horizon`` is the newest serial that history has forgotten."""

    options: Options
    gate: Gate
    history: History
    channels: Channels
    connections: Connections
    horizon: str = ""

    async def revoke(self, targets: Iterable[object], before: int) -> list[str]:
        """End tokens issued before a moment, and the sockets that were opened with them; returns which.

        Raises:
            BrokerError: a target is neither ``clientId:…`` nor ``revocationKey:…``.
        """
        ended = await self.gate.revoke(targets, before)
        for connection in self.connections:
            if connection.access is not None and self.gate.refuses(connection.access):
                connection.send_away(BrokerError(40141, "the token has been revoked"))
        return ended
