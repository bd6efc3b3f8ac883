"""Results that are computed in the background before they are needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from config import get_settings

T = TypeVar("T")


@cache
def _reader_pool() -> ThreadPoolExecutor:
    """Return the threads that read files: as many as count rows, but separate ones, so that no brush waits.

    A task must not wait for another task of this pool: with all threads waiting, none could run.
    """
    return ThreadPoolExecutor(get_settings().threads, thread_name_prefix="reader")


def prefetch_results(tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
    """Yield the results of the tasks in order, while the next ones are computed in the background.

    The number of tasks that run ahead grows with each result: who takes only the first result causes no other
    work.
    """
    rest, pending = iter(tasks), deque[Future[T]]()
    most = 1
    try:
        while True:
            while len(pending) < most and (task := next(rest, None)) is not None:
                pending.append(_reader_pool().submit(task))
            if not pending:
                return
            yield pending.popleft().result()
            most = min(2 * most, get_settings().threads + 1)
    finally:
        for future in pending:
            future.cancel()
