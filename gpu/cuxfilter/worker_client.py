"""The process that computes for all engines, and the frames that it holds for them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gpu.byte_lru import ByteLru
from gpu.cuxfilter.process import WorkerProcess


class WorkerClient(WorkerProcess):
    """A worker process that holds frames by name; the least recently used ones are dropped beyond the limit.

    Args:
        python: The Python interpreter in which cuxfilter is installed.
        limit: The bytes of all frames; a larger frame is held alone.
    """

    def __init__(self, python: Path, limit: int) -> None:
        super().__init__(python, "engine")
        self._frames: ByteLru[str, None] = ByteLru(limit)  # the frames themselves are in the process

    def has_frame(self, frame: str) -> bool:
        return self.is_running and frame in self._frames

    def touch_frame(self, frame: str, size: int) -> None:
        """Mark a frame as used now, with its current size, and drop others that exceed the limit.

        Call it only with exclusive access to the process.
        """
        self._frames.put(frame, None, size)
        # One frame at a time: a request may restart the process, which then holds none of the others either.
        while (excess := self._frames.pop_excess(keep=1)) is not None:
            if self.is_running:
                self.send_request("drop", frame=excess[0])

    def drop_frame(self, frame: str) -> None:
        """Drop a frame, if the process holds it. Call it only with exclusive access to the process."""
        is_held = self.has_frame(frame)
        self._frames.pop(frame)
        if is_held:
            self.send_request("drop", frame=frame)

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._frames.clear()
        return super()._spawn()
