"""What is kept for the next page is made once, whoever asks, and never by somebody who gave up."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from datasets.cubes.in_flight import SupersededError
from datasets.cubes.single_flight import SingleFlightCache

TIMEOUT = 10


def test_a_value_is_made_once_with_what_comes_with_it():
    kept, made = SingleFlightCache(1000), []

    def make_value():
        made.append(1)
        return {"a": np.arange(3), "b": np.arange(4)}

    assert kept.get_or_create("a", make_value).size == 3
    assert kept.get_or_create("b", make_value).size == 4
    assert kept.get_or_create("a", make_value).size == 3
    assert made == [1]


def test_who_asks_meanwhile_waits_for_it():
    kept, begun, go_on = SingleFlightCache(1000), threading.Event(), threading.Event()

    def make_slowly():
        begun.set()
        assert go_on.wait(TIMEOUT)
        return {"a": np.arange(3)}

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.get_or_create, "a", make_slowly)
        assert begun.wait(TIMEOUT)
        second = pool.submit(kept.get_or_create, "a", lambda: pytest.fail("it was made twice"))
        assert kept.get_or_create("b", lambda: {"b": np.arange(5)}).size == 5
        go_on.set()
        assert first.result(TIMEOUT) is second.result(TIMEOUT)


def test_a_value_given_up_is_made_by_the_next_caller():
    kept = SingleFlightCache(1000)

    def give_up():
        raise SupersededError

    with pytest.raises(SupersededError):
        kept.get_or_create("a", give_up)
    assert kept.get_or_create("a", lambda: {"a": np.arange(3)}).size == 3


def test_what_is_too_large_is_given_and_not_kept():
    kept = SingleFlightCache(10)
    assert kept.get_or_create("a", lambda: {"a": np.arange(3)}).size == 3
    assert kept.get_or_create("a", lambda: {"a": np.arange(4)}).size == 4
