"""What is read ahead comes in order, and no more of it than somebody may want."""

from __future__ import annotations

from itertools import count
from threading import Event

import pytest

from config import settings
from datasets.storage.prefetch import ahead

PATIENCE = 20


def test_results_come_in_the_order_of_their_tasks():
    slow = Event()

    def first():
        assert slow.wait(PATIENCE)
        return 1

    found = ahead([lambda: 0, first, lambda: slow.set() or 2, *(lambda n=n: n for n in range(3, 40))])
    assert list(found) == list(range(40))


def test_who_takes_only_the_first_has_no_others_made():
    made = []
    found = ahead(lambda n=n: made.append(n) for n in count())
    next(found)
    found.close()
    assert made == [0]


def test_a_few_are_made_ahead_and_never_all():
    begun = []

    def tasks():
        for n in count():
            begun.append(n)
            yield lambda n=n: n

    found = ahead(tasks())
    for n in range(30):
        assert next(found) == n
        assert len(begun) <= n + 1 + settings().threads
    found.close()


def test_what_fails_is_raised_in_its_turn():
    def torn():
        raise OSError("the disk has gone")

    found = ahead([lambda: 1, torn, lambda: 3])
    assert next(found) == 1
    with pytest.raises(OSError, match="the disk has gone"):
        next(found)
