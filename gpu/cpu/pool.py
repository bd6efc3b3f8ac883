"""The threads that all engines of this process share, and how rows are divided among them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

T = TypeVar("T")


def count_cores() -> int:
    """Return the number of CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def get_executor() -> ThreadPoolExecutor:
    """Return an executor with one thread per core. Its tasks never wait for other tasks of it."""
    return ThreadPoolExecutor(count_cores(), thread_name_prefix="cubes")


def split_rows(start: int, stop: int, threads: int, min_rows: int = 32_768) -> list[tuple[int, int]]:
    """Return the rows ``start <= row < stop`` as at most ``threads`` ranges that meet at multiples of 64.

    There are fewer ranges if each would have less than ``min_rows`` rows.
    """
    count = max(1, min(threads, (stop - start) // min_rows))
    inner = [(start + (stop - start) * i // count) & ~63 for i in range(1, count)]
    return list(pairwise([start, *inner, stop]))


def run_parallel(function: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> list[T]:
    """Return the results of one call per tuple of arguments, made in parallel; a single call is made here."""
    if len(calls) == 1:
        return [function(*calls[0])]
    futures = [get_executor().submit(function, *arguments) for arguments in calls]
    return [future.result() for future in futures]
