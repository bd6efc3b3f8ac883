"""A process that runs cuxfilter: what it is asked, and what becomes of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

import pyarrow as pa

from gpu.cuxfilter.protocol import Message, receive, send

ROOT = Path(__file__).parents[2]
CARRIED = ("CUDA", "HOME", "LANG", "LC_", "LD_LIBRARY_PATH", "NUMBA", "NVIDIA", "PATH", "RMM", "TMPDIR")
"""How the variables begin that a process needs of our environment. The others may hold secrets."""


class ProcessError(RuntimeError):
    """A process can't do what it was asked; says what it says itself."""


class EndedError(ProcessError):
    """A process has ended before it answered, or could not begin: what it held is lost."""


class Process:
    """One process, begun when it is first asked and, if it ended, when it is asked again. For many threads.

    Args:
        python: the interpreter, which has cuxfilter.
        task: which of the tasks of ``gpu.cuxfilter.worker`` it is for, with its arguments.
    """

    def __init__(self, python: Path, *task: str) -> None:
        self._python, self._task = python, task
        self._turn = RLock()
        self._running: subprocess.Popen[bytes] | None = None
        self._closed = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one to ask until the end of the block; it need not run."""
        with self._turn:
            yield

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the only one to ask until the end of the block, of a process that runs."""
        with self.alone():
            self._begin()
            yield

    @property
    def id(self) -> int | None:
        """The number of the process; None before it was begun."""
        return self._running.pid if self._running else None

    @property
    def runs(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def ask(self, do: str, table: pa.Table | None = None, **others: Any) -> Message:  # noqa: ANN401  (JSON)
        """What it answers.

        Raises:
            ProcessError: it says that it can't; an EndedError if it says nothing any more.
        """
        with self.turn():
            running = self._begin()
            try:
                asked = Message({"do": do, **others}, pa.table({}) if table is None else table)
                send(running.stdin, asked)  # type: ignore[arg-type]  # a pipe
                answer = receive(running.stdout)  # type: ignore[arg-type]
            except (EOFError, OSError) as error:
                self.end()
                raise EndedError("The process that runs cuxfilter has ended.") from error
        if "error" in answer.head:
            raise ProcessError(answer.head["error"])
        return answer

    def end(self) -> None:
        """End it at once, as it keeps nothing; ending what does not run does nothing."""
        running, self._running = self._running, None
        if running is None:
            return
        running.kill()
        for pipe in (running.stdin, running.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # both are pipes
        running.wait()

    def close(self) -> None:
        """End it, never to begin again."""
        self._closed = True
        self.end()

    def _begin(self) -> subprocess.Popen[bytes]:
        if self._running is None or not self.runs:
            self.end()
            self._running = running = self._start()
        else:
            running = self._running
        if self._closed:
            self.end()
            raise EndedError("This was closed.")
        return running

    def _start(self) -> subprocess.Popen[bytes]:
        command = [str(self._python), "-m", "gpu.cuxfilter.worker", *self._task]
        try:
            return subprocess.Popen(  # noqa: S603  (the interpreter is an admin's setting)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment()
            )
        except OSError as error:
            raise EndedError(f"{self._python} can't be started: {error.strerror}.") from error


def environment() -> dict[str, str]:
    """What a process gets to know of our environment: no setting, no secret."""
    paths = os.environ.get("PYTHONPATH")
    carried = {name: value for name, value in os.environ.items() if name.startswith(CARRIED)}
    return carried | ({"PYTHONPATH": paths} if paths else {})
