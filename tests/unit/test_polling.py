"""A polling thread: when it checks, and that it outlives errors and restarts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic, sleep

import pytest

from db.polling import PollingThread

LONG = 60.0


@pytest.fixture
def make_thread() -> Iterator[Callable[..., PollingThread]]:
    made: list[PollingThread] = []

    def make(period: float, check: Callable[[], None]) -> PollingThread:
        made.append(PollingThread("polling test", period, check))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def count_threads() -> int:
    return sum(thread.name == "polling test" for thread in threading.enumerate())


def wait_until(condition: Callable[[], object]) -> None:
    last = monotonic() + 10
    while not condition():
        assert monotonic() < last
        sleep(0.002)


def test_it_checks_at_once_then_periodically_and_an_error_does_not_end_it(
    make_thread: Callable[..., PollingThread],
) -> None:
    checks: list[int] = []

    def fail() -> None:
        checks.append(1)
        raise RuntimeError("locked")

    make_thread(0.01, fail).start()
    wait_until(lambda: len(checks) > 3)


def test_a_wake_during_a_check_causes_another_check(make_thread: Callable[..., PollingThread]) -> None:
    entered, proceed, checks = Event(), Event(), []

    def check() -> None:
        checks.append(1)
        entered.set()
        proceed.wait(10)

    thread = make_thread(LONG, check)
    thread.start()
    assert entered.wait(10)
    for _ in range(3):
        thread.wake()
    proceed.set()
    wait_until(lambda: len(checks) == 2)
    sleep(0.05)
    assert len(checks) == 2


def test_it_starts_once_stops_for_good_and_starts_again(make_thread: Callable[..., PollingThread]) -> None:
    checks: list[int] = []
    thread = make_thread(LONG, lambda: checks.append(1))
    thread.stop()
    for expected in (1, 2):
        thread.start()
        thread.start()
        assert thread.is_running
        assert count_threads() == 1
        wait_until(lambda expected=expected: len(checks) == expected)
        thread.stop()
        assert not thread.is_running
        assert count_threads() == 0
