"""A thread that checks again and again for changes which other processes may have made in the database."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread

import structlog

log = structlog.get_logger(__name__)


class PollingThread:
    """Calls ``check`` at once, then every ``period`` seconds and after each ``wake``, in a daemon thread.

    An error of ``check`` is logged, and the thread continues. The thread can be started again after ``stop``.
    """

    def __init__(self, name: str, period: float, check: Callable[[], None]) -> None:
        self._name, self._period, self._check = name, period, check
        self._lock = Lock()
        self._woken = Event()
        self._stopping = Event()
        self._thread: Thread | None = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        """Start the thread, unless it is running."""
        with self._lock:
            if self._thread is None:
                events = self._woken, self._stopping = Event(), Event()
                self._thread = Thread(target=self._run, args=events, name=self._name, daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Check now; several calls before the next check count as one."""
        self._woken.set()

    def stop(self) -> None:
        """Wait for the current check and end the thread. Must not be called by ``check``."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stopping.set()
            self._woken.set()
        if thread is not None:
            thread.join()

    def _run(self, woken: Event, stopping: Event) -> None:
        while not stopping.is_set():
            try:
                self._check()
            except Exception:
                log.exception("a periodic check failed", thread=self._name)
            woken.wait(self._period)
            woken.clear()  # before the check, so that a wake during it causes another one
