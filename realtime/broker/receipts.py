"""Receipts: a client hears in its own order what became of what it published."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from realtime.broker.errors import BrokerError
from realtime.broker.frames import Frame
from realtime.broker.protocol import Action


class Receipt:
    """Of one frame; ``frame`` is what will be told, once that is known."""

    frame: Frame | None = None

    def __init__(self, serial: int, settled: Callable[[], None]) -> None:
        self._serial, self._settled = serial, settled

    def settle(self, outcome: list[str] | BrokerError) -> None:
        """Tell the serials of the messages, or why they were refused."""
        told = {"msgSerial": self._serial, "count": 1}
        if isinstance(outcome, BrokerError):
            self.frame = {"action": int(Action.NACK), **told, "error": outcome.told()}
        else:
            self.frame = {"action": int(Action.ACK), **told, "res": [{"serials": outcome}]}
        self._settled()


class Receipts:
    """Those of one socket."""

    def __init__(self, send: Callable[[Frame], None]) -> None:
        self._send = send
        self._open: deque[Receipt] = deque()

    def open(self, serial: int) -> Receipt:
        receipt = Receipt(serial, self._tell)
        self._open.append(receipt)
        return receipt

    def _tell(self) -> None:
        while self._open and self._open[0].frame is not None:
            self._send(self._open.popleft().frame or {})
