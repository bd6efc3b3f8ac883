"""Work that is done ahead of who takes its results."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from config import settings

T = TypeVar("T")


@cache
def _readers() -> ThreadPoolExecutor:
    """Threads that read files, as many as count and not these: nobody's brush waits for them.

    What runs in them never waits for more of it.
    """
    return ThreadPoolExecutor(settings().threads, thread_name_prefix="reader")


def ahead(tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
    """The results in order, while those after are on their way.

    These are more and more of them: who takes only the first has no others made.
    """
    rest, under_way = iter(tasks), deque[Future[T]]()
    most = 1
    try:
        while True:
            while len(under_way) < most and (task := next(rest, None)) is not None:
                under_way.append(_readers().submit(task))
            if not under_way:
                return
            yield under_way.popleft().result()
            most = min(2 * most, settings().threads + 1)
    finally:
        for future in under_way:
            future.cancel()
