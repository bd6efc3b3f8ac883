"""The process that counts for all engines, and what it keeps for them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gpu.cuxfilter.process import Process


class Counter(Process):
    """Keeps frames, by name, until they are too many; those that were used longest ago go first.

    Args:
        python: the interpreter, which has cuxfilter.
        limit: bytes of all frames; one that is larger is kept alone.
    """

    def __init__(self, python: Path, limit: int) -> None:
        super().__init__(python, "engine")
        self._limit = limit
        self._sizes: dict[str, int] = {}

    def keeps(self, frame: str) -> bool:
        return self.runs and frame in self._sizes

    def used(self, frame: str, size: int) -> None:
        """A frame that it keeps is used now, and has so many bytes. Call it within a turn."""
        self._sizes.pop(frame, None)
        self._sizes[frame] = size
        while sum(self._sizes.values()) > self._limit and len(self._sizes) > 1:
            self.forget(next(iter(self._sizes)))

    def forget(self, frame: str) -> None:
        """Let go of a frame, if it keeps it. Call it within a turn."""
        kept = self.keeps(frame)
        self._sizes.pop(frame, None)
        if kept:
            self.ask("drop", frame=frame)

    def _start(self) -> subprocess.Popen[bytes]:
        self._sizes.clear()
        return super()._start()
