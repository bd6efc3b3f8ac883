"""What is read ahead comes in order, and no more of it than somebody may want."""

from __future__ import annotations

from itertools import count
from threading import Event

import pytest

from config import get_settings
from datasets.storage.prefetch import prefetch_results

TIMEOUT = 20


def test_results_come_in_the_order_of_their_tasks():
    slow = Event()

    def finish_last():
        assert slow.wait(TIMEOUT)
        return 1

    found = prefetch_results(
        [lambda: 0, finish_last, lambda: slow.set() or 2, *(lambda n=n: n for n in range(3, 40))]
    )
    assert list(found) == list(range(40))


def test_taking_only_the_first_result_computes_no_others():
    made = []
    found = prefetch_results(lambda n=n: made.append(n) for n in count())
    next(found)
    found.close()
    assert made == [0]


def test_prefetching_is_bounded():
    begun = []

    def generate_tasks():
        for n in count():
            begun.append(n)
            yield lambda n=n: n

    found = prefetch_results(generate_tasks())
    for n in range(30):
        assert next(found) == n
        assert len(begun) <= n + 1 + get_settings().threads
    found.close()


def test_errors_are_raised_in_order():
    def raise_error():
        raise OSError("the disk has gone")

    found = prefetch_results([lambda: 1, raise_error, lambda: 3])
    assert next(found) == 1
    with pytest.raises(OSError, match="the disk has gone"):
        next(found)
