"""What a broker is told when it is made; times are seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Where history is kept and how much of it, and the limits. ``origins`` may ask from other addresses."""

    file: Path
    keep: float = 72 * 3600.0
    room: int = 2**30
    rate: float = 50.0
    connections: int = 5000
    channels: int = 200
    members: int = 200
    largest_message: int = 65_536
    backlog: int = 1000
    origins: frozenset[str] = frozenset()
    idle: float = 15.0
    resumable: float = 120.0
    grace: float = 15.0
    warning: float = 30.0
    tick: float = 1.0
