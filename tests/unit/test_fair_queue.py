"""People take turns at heavy computations, however much each asks for, and no turn is ever lost."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Lock

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from api.computation_queue import QueueName, install_queues
from api.fair_queue import AbandonedRequestError, FairQueue, QueueFullError, QueueLimits, Turn
from datasets.cubes.in_flight import RequestTicket, SupersededError

TIMEOUT = 10
DOCUMENT = Path(__file__).parents[2] / "docs/deployment.md"
LIMITS = QueueLimits(running=4, running_each=2, waiting=20, waiting_each=6, max_wait=TIMEOUT)


def join_queue(queue: FairQueue, principal: str, lane: str | None = None, number: int = 0) -> Turn:
    ticket = RequestTicket(None if lane is None else (principal, lane), number)
    return queue.join_queue(principal, ticket)


def is_admitted(turn: Turn) -> bool:
    return turn.admission.done() and turn.admission.exception() is None


def is_refused(turn: Turn, kind: type[Exception]) -> bool:
    return turn.admission.done() and isinstance(turn.admission.exception(), kind)


def test_one_principal_runs_no_more_than_its_share() -> None:
    queue = FairQueue(LIMITS)
    turns = [join_queue(queue, "ada") for _ in range(40)]
    assert [is_admitted(each) for each in turns[:3]] == [True, True, False]
    assert [is_refused(each, QueueFullError) for each in turns] == [False] * 8 + [True] * 32
    assert is_admitted(join_queue(queue, "bob"))


def test_a_refused_request_is_told_when_to_ask_again() -> None:
    assert int(QueueFullError.retry_after) >= 1
    assert QueueFullError.status == 429


@given(st.integers(2, 6), st.integers(1, 3), st.data())
def test_principals_who_wait_are_served_in_turn(people: int, running: int, data: st.DataObject) -> None:
    queue = FairQueue(QueueLimits(running, running, 1000, 1000, TIMEOUT))
    first = [join_queue(queue, "abuser") for _ in range(running)]
    order = data.draw(st.permutations([name for name in range(people) for _ in range(4)]))
    waiting = [join_queue(queue, str(name)) for name in order]
    served: list[Turn] = []
    running_turns = list(first)
    while running_turns:
        queue.end_turn(running_turns.pop(0))
        admitted = [each for each in waiting if is_admitted(each) and each not in served]
        served += admitted
        running_turns += admitted
    names = [each.principal for each in served]
    assert len(names) == 4 * people
    for start in range(0, len(names), people):  # in each round, everybody is served once
        assert len(set(names[start : start + people])) == people


def test_who_comes_late_waits_for_one_turn_of_each_and_not_for_the_whole_queue() -> None:
    queue = FairQueue(QueueLimits(1, 1, 100, 50, TIMEOUT))
    running = join_queue(queue, "abuser")
    flood = [join_queue(queue, "abuser") for _ in range(40)]
    late = join_queue(queue, "bob")
    queue.end_turn(running)
    queue.end_turn(next(each for each in flood if is_admitted(each)))
    assert is_admitted(late)


def test_bounds_hold_and_no_wakeup_is_lost_with_many_threads() -> None:
    queue = FairQueue(QueueLimits(running=5, running_each=2, waiting=200, waiting_each=50, max_wait=TIMEOUT))
    lock, running, most = Lock(), Counter[str](), Counter[str]()
    start = Barrier(40)

    def compute_once(principal: str) -> None:
        start.wait(TIMEOUT)
        for _ in range(10):
            turn = join_queue(queue, principal)
            queue.wait_admission(turn)
            with lock:
                running.update((principal, "all"))
                for name in (principal, "all"):
                    most[name] = max(most[name], running[name])
            with lock:
                running.subtract((principal, "all"))
            queue.end_turn(turn)

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(compute_once, [f"person {number % 4}" for number in range(40)], timeout=60))
    assert most.pop("all") <= 5
    assert max(most.values()) <= 2
    assert queue.waiting_count == 0
    assert all(is_admitted(join_queue(queue, f"person {number}")) for number in range(5))


def test_a_waiting_thread_goes_on_when_a_turn_ends() -> None:
    queue = FairQueue(QueueLimits(1, 1, 10, 10, TIMEOUT))
    running, admitted = join_queue(queue, "ada"), Event()

    def wait_turn(turn: Turn) -> None:
        queue.wait_admission(turn)
        admitted.set()

    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(wait_turn, join_queue(queue, "bob"))
        assert not admitted.is_set()
        queue.end_turn(running)
        waits.result(TIMEOUT)
    assert admitted.is_set()


def test_an_abandoned_request_leaves_the_queue_and_its_thread_goes_on() -> None:
    queue = FairQueue(QueueLimits(1, 1, 10, 10, TIMEOUT))
    running = join_queue(queue, "ada")
    left, stays = join_queue(queue, "bob"), join_queue(queue, "eve")
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(queue.wait_admission, left)
        queue.abandon_turn(left)
        with pytest.raises(AbandonedRequestError):
            waits.result(TIMEOUT)
    assert queue.waiting_count == 1
    queue.end_turn(running)
    assert is_admitted(stays)


def test_a_request_that_runs_is_not_abandoned() -> None:
    queue = FairQueue(LIMITS)
    turn = join_queue(queue, "ada")
    queue.abandon_turn(turn)
    queue.wait_admission(turn)


def test_nobody_waits_for_longer_than_the_limit() -> None:
    queue = FairQueue(QueueLimits(1, 1, 10, 10, max_wait=0))
    running, late = join_queue(queue, "ada"), join_queue(queue, "ada")
    with pytest.raises(QueueFullError):
        queue.wait_admission(late)
    assert queue.waiting_count == 0
    queue.end_turn(running)
    assert is_admitted(join_queue(queue, "ada"))


def test_ending_a_turn_twice_frees_one_place() -> None:
    queue = FairQueue(QueueLimits(2, 2, 10, 10, TIMEOUT))
    first, _ = join_queue(queue, "ada"), join_queue(queue, "ada")
    queue.end_turn(first)
    queue.end_turn(first)
    assert is_admitted(join_queue(queue, "ada"))
    assert not is_admitted(join_queue(queue, "ada"))


def test_a_full_queue_refuses_the_newest_of_who_has_most() -> None:
    queue = FairQueue(QueueLimits(1, 1, waiting=5, waiting_each=5, max_wait=TIMEOUT))
    join_queue(queue, "ada")
    flood = [join_queue(queue, "abuser") for _ in range(5)]
    bob = join_queue(queue, "bob")
    assert is_refused(flood[-1], QueueFullError)
    assert not any(each.admission.done() for each in [*flood[:-1], bob])


def test_a_newer_request_of_a_lane_replaces_the_one_that_waits() -> None:
    queue = FairQueue(QueueLimits(1, 1, 10, 10, TIMEOUT))
    join_queue(queue, "ada")
    older = join_queue(queue, "ada", "tab/plain", 1)
    newer = join_queue(queue, "ada", "tab/plain", 2)
    overtaken = join_queue(queue, "ada", "tab/plain", 1)
    assert is_refused(older, SupersededError)
    assert is_refused(overtaken, SupersededError)
    assert not newer.admission.done()


def test_a_newer_request_runs_beside_the_one_that_it_ends_but_only_one_does() -> None:
    queue = FairQueue(QueueLimits(9, 2, 10, 10, TIMEOUT))
    for lane in ("tab/a", "tab/b"):
        join_queue(queue, "ada", lane, 1)
    other = join_queue(queue, "ada", "tab/c", 1)
    newer = join_queue(queue, "ada", "tab/a", 2)
    newest = join_queue(queue, "ada", "tab/b", 2)
    assert [is_admitted(each) for each in (other, newer, newest)] == [False, True, False]


def test_the_limits_are_those_in_the_documentation() -> None:
    server = Flask("limits")
    install_queues(server, 32)
    queues = server.extensions["queues"]
    limits = [queues[name].limits for name in (QueueName.COMPUTATIONS, QueueName.EXPORTS)]
    text = DOCUMENT.read_text().partition("### Heavy requests")[2].partition("\n## ")[0]
    cells = [re.findall(r"\| (\d+)", line) for line in text.splitlines() if line.startswith("| ")]
    rows = [[int(cell) for cell in row] for row in cells if row]
    assert rows == [
        [each.running_each for each in limits],
        [each.waiting_each for each in limits],
        [each.max_wait for each in limits],
    ]
    assert {each.running for each in limits} == {16}
    assert f"At most {limits[0].waiting} and {limits[1].waiting} others wait" in text
