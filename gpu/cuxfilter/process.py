"""A process that runs cuxfilter: sending requests to it, and restarting it when it has ended."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

import pyarrow as pa

from gpu.cuxfilter.protocol import WorkerMessage, receive_message, send_message

ROOT = Path(__file__).parents[2]
PASSED_VARIABLES = (
    "CUDA",
    "CUPY",
    "HOME",
    "LANG",
    "LC_",
    "LD_LIBRARY_PATH",
    "NUMBA",
    "NVIDIA",
    "PATH",
    "RMM",
    "TMPDIR",
)
"""The prefixes of the environment variables that the process gets. Others may contain secrets."""


class WorkerError(RuntimeError):
    """The process failed to answer a request; the message is its own."""


class WorkerEndedError(WorkerError):
    """The process ended before it answered, or could not be started: what it held is lost."""


class WorkerProcess:
    """One process, started by its first request and, if it has ended, by the next one. Thread-safe.

    Args:
        python: The Python interpreter in which cuxfilter is installed.
        task: The module of ``gpu.cuxfilter.worker`` to run, followed by its arguments.
    """

    def __init__(self, python: Path, *task: str) -> None:
        self._python, self._task = python, task
        self._lock = RLock()
        self._running: subprocess.Popen[bytes] | None = None
        self._closed = False

    @contextmanager
    def exclusive_access(self) -> Iterator[None]:
        """Let no other thread send requests until the block ends; the process need not be running."""
        with self._lock:
            yield

    @contextmanager
    def running_access(self) -> Iterator[None]:
        """Start the process if necessary, and let no other thread send requests until the block ends."""
        with self.exclusive_access():
            self._ensure_running()
            yield

    @property
    def pid(self) -> int | None:
        """Return the process's id; None before it was started."""
        return self._running.pid if self._running else None

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def send_request(self, operation: str, table: pa.Table | None = None, **others: Any) -> WorkerMessage:  # noqa: ANN401  (JSON)
        """Send a request and return its answer.

        Raises:
            WorkerError: The process reports an error.
            WorkerEndedError: The process has ended.
        """
        with self.running_access():
            running = self._ensure_running()
            try:
                request = WorkerMessage({"do": operation, **others}, pa.table({}) if table is None else table)
                send_message(running.stdin, request)  # type: ignore[arg-type]  # a pipe
                answer = receive_message(running.stdout)  # type: ignore[arg-type]
            except (EOFError, OSError) as error:
                self.kill_worker()
                raise WorkerEndedError("The process that runs cuxfilter has ended.") from error
        if "error" in answer.head:
            raise WorkerError(answer.head["error"])
        return answer

    def kill_worker(self) -> None:
        """End the process at once, as it stores nothing; do nothing if it does not run."""
        running, self._running = self._running, None
        if running is None:
            return
        running.kill()
        for pipe in (running.stdin, running.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # both are pipes
        running.wait()

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self.kill_worker()

    def _ensure_running(self) -> subprocess.Popen[bytes]:
        if self._running is None or not self.is_running:
            self.kill_worker()
            self._running = running = self._spawn()
        else:
            running = self._running
        if self._closed:
            self.kill_worker()
            raise WorkerEndedError("The process that runs cuxfilter was closed.")
        return running

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [str(self._python), "-m", "gpu.cuxfilter.worker", *self._task]
        try:
            return subprocess.Popen(  # noqa: S603  (the interpreter is an admin's setting)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=worker_environment()
            )
        except OSError as error:
            raise WorkerEndedError(f"{self._python} can't be started: {error.strerror}.") from error


def worker_environment() -> dict[str, str]:
    """Return the environment variables that a process gets: no setting and no secret."""
    paths = os.environ.get("PYTHONPATH")
    carried = {name: value for name, value in os.environ.items() if name.startswith(PASSED_VARIABLES)}
    return carried | ({"PYTHONPATH": paths} if paths else {})
