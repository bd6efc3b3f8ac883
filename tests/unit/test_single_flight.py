"""What is kept for the next page is made once, whoever asks, and never by somebody who gave up."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from datasets.cubes.in_flight import OutdatedError
from datasets.cubes.single_flight import Kept

PATIENCE = 10


def test_a_value_is_made_once_with_what_comes_with_it():
    kept, made = Kept(1000), []

    def make():
        made.append(1)
        return {"a": np.arange(3), "b": np.arange(4)}

    assert kept.of("a", make).size == 3
    assert kept.of("b", make).size == 4
    assert kept.of("a", make).size == 3
    assert made == [1]


def test_who_asks_meanwhile_waits_for_it():
    kept, begun, go_on = Kept(1000), threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert go_on.wait(PATIENCE)
        return {"a": np.arange(3)}

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept.of, "a", slow)
        assert begun.wait(PATIENCE)
        second = pool.submit(kept.of, "a", lambda: pytest.fail("it was made twice"))
        assert kept.of("b", lambda: {"b": np.arange(5)}).size == 5
        go_on.set()
        assert first.result(PATIENCE) is second.result(PATIENCE)


def test_what_its_maker_gave_up_is_made_by_the_next():
    kept = Kept(1000)

    def outdated():
        raise OutdatedError

    with pytest.raises(OutdatedError):
        kept.of("a", outdated)
    assert kept.of("a", lambda: {"a": np.arange(3)}).size == 3


def test_what_is_too_large_is_given_and_not_kept():
    kept = Kept(10)
    assert kept.of("a", lambda: {"a": np.arange(3)}).size == 3
    assert kept.of("a", lambda: {"a": np.arange(4)}).size == 4
