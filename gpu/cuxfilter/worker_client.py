"""The process that computes for all engines, and the frames that it holds for them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gpu.cuxfilter.process import WorkerProcess


class WorkerClient(WorkerProcess):
    """A worker process that holds frames by name; the least recently used ones are dropped beyond the limit.

    Args:
        python: The Python interpreter in which cuxfilter is installed.
        limit: The bytes of all frames; a larger frame is held alone.
    """

    def __init__(self, python: Path, limit: int) -> None:
        super().__init__(python, "engine")
        self._limit = limit
        self._sizes: dict[str, int] = {}

    def has_frame(self, frame: str) -> bool:
        return self.is_running and frame in self._sizes

    def touch_frame(self, frame: str, size: int) -> None:
        """Mark a frame as used now, with its current size, and drop others that exceed the limit.

        Call it only with exclusive access to the process.
        """
        self._sizes.pop(frame, None)
        self._sizes[frame] = size
        while sum(self._sizes.values()) > self._limit and len(self._sizes) > 1:
            self.drop_frame(next(iter(self._sizes)))

    def drop_frame(self, frame: str) -> None:
        """Drop a frame, if the process holds it. Call it only with exclusive access to the process."""
        is_held = self.has_frame(frame)
        self._sizes.pop(frame, None)
        if is_held:
            self.send_request("drop", frame=frame)

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._sizes.clear()
        return super()._spawn()
