"""The options of a broker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BrokerOptions:
    """Where the history is stored, how much of it, and the limits of the broker.

    Times are in seconds, sizes in bytes, and ``rate`` in messages per second for each connection and each
    channel. ``origins`` are the origins whose pages may send requests from another address.
    """

    file: Path
    retention: float = 72 * 3600.0
    max_bytes: int = 2**30
    rate: float = 50.0
    max_connections: int = 5000
    max_channels: int = 200
    max_members: int = 200
    largest_message: int = 65_536
    max_replay: int = 1000
    origins: frozenset[str] = frozenset()
    idle_interval: float = 15.0
    resume_window: float = 120.0
    presence_grace: float = 15.0
    renewal_notice: float = 30.0
    tick: float = 1.0
