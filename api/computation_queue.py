"""The queues of heavy routes: what is computed for one person never keeps the others waiting for long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar
from weakref import finalize

from flask import Flask, Response, current_app
from flask_login import current_user

from accounts.principals import PrincipalKind
from api.fair_queue import FairQueue, QueueLimits
from api.version_requests import get_request_ticket
from server.disconnects import call_on_disconnect
from server.thread_pools import ThreadPool, use_pool

P = ParamSpec("P")
R = TypeVar("R")
MAX_WAIT = 10
"""Seconds that a request waits for its turn; a browser waits three times as long for an answer."""


SPARE_THREADS = 8
"""Threads beyond those that run or wait, which refuse what is too much."""


class QueueName(StrEnum):
    """The queues. Exports have one of their own: they take as long as the client takes to read them."""

    COMPUTATIONS = "computations"
    EXPORTS = "exports"


def install_queues(server: Flask, request_threads: int) -> None:
    """Give this server its queues; together they run no more than ``request_threads`` requests."""
    running = max(1, request_threads // 2)
    computations = QueueLimits(running, running_each=3, waiting=128, waiting_each=32, max_wait=MAX_WAIT)
    exports = QueueLimits(running, running_each=2, waiting=32, waiting_each=4, max_wait=MAX_WAIT)
    server.extensions["queues"] = {
        QueueName.COMPUTATIONS: FairQueue(computations),
        QueueName.EXPORTS: FairQueue(exports),
    }


def count_queue_threads(server: Flask) -> int:
    """Return how many threads run or wait in the queues at most, and some that find out who asks."""
    queues: dict[QueueName, FairQueue] = server.extensions["queues"]
    return SPARE_THREADS + sum(each.limits.running + each.limits.waiting for each in queues.values())


def take_turns(name: QueueName) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let the route wait for its turn in this queue, which lasts until its answer is complete.

    Put it below ``@operation``. The route answers 429 with ``Retry-After`` if too many requests of its person
    wait.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call_in_turn(*args: P.args, **kwargs: P.kwargs) -> R:
            with ExitStack() as stack:
                stack.callback(_wait_turn(current_app.extensions["queues"][name]))
                answer = function(*args, **kwargs)
                if isinstance(answer, Response) and answer.is_streamed:
                    _end_with_stream(answer, stack.pop_all().close)
            return answer

        return use_pool(ThreadPool.QUEUES)(call_in_turn)

    return decorate


def _end_with_stream(answer: Response, end_turn: Callable[[], None]) -> None:
    """Call this when the last piece has been sent, the client has left, or nobody will read the pieces."""

    def yield_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
        yield from pieces
        end_turn()

    stream = yield_pieces(answer.iter_encoded())
    finalize(stream, end_turn)  # it is dropped unread if what comes after the route fails
    answer.response = stream
    answer.call_on_close(end_turn)


def _wait_turn(queue: FairQueue) -> Callable[[], None]:
    """Wait until this request may run; return what ends its turn."""
    turn = queue.join_queue(_identify_principal(), get_request_ticket())
    if not turn.admission.done():
        call_on_disconnect(lambda: queue.abandon_turn(turn))
    queue.wait_admission(turn)
    return lambda: queue.end_turn(turn)


def _identify_principal() -> tuple[PrincipalKind, int | str]:
    """Return who shares a place in the queue: a person in all browsers, a program, a guest."""
    person = current_user.kind is PrincipalKind.PERSON
    return current_user.kind, current_user.id if person else current_user.key
