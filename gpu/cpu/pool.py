"""The threads all engines of this process share, and how rows are dealt out to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

T = TypeVar("T")


def cores() -> int:
    """How many CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def executor() -> ThreadPoolExecutor:
    """One thread a core. What runs in it never waits for more of it."""
    return ThreadPoolExecutor(cores(), thread_name_prefix="cubes")


def parts(start: int, stop: int, threads: int, least: int = 32_768) -> list[tuple[int, int]]:
    """Rows ``start <= row < stop`` in at most ``threads`` ranges that meet at multiples of 64.

    There are fewer where each would have less than ``least`` rows.
    """
    count = max(1, min(threads, (stop - start) // least))
    inner = [(start + (stop - start) * i // count) & ~63 for i in range(1, count)]
    return list(pairwise([start, *inner, stop]))


def run(function: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> list[T]:
    """The results of one call for each tuple of arguments, made side by side; a single one is made here."""
    if len(calls) == 1:
        return [function(*calls[0])]
    futures = [executor().submit(function, *arguments) for arguments in calls]
    return [future.result() for future in futures]
