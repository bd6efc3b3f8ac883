"""A fair queue for heavy computations: few run at once, and people take turns, however much each asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock

from datasets.cubes.in_flight import RequestTicket, SupersededError
from errors import ConflictError, TooManyRequestsError


class QueueFullError(TooManyRequestsError):
    """Too many requests wait already, or this one has waited too long."""

    retry_after = "1"

    def __init__(self) -> None:
        super().__init__("Too many of your requests are being computed. Ask again in a second.")


class AbandonedRequestError(ConflictError):
    """The client has disconnected, so nobody reads this answer."""

    def __init__(self) -> None:
        super().__init__("The client has disconnected.")


@dataclass(frozen=True)
class QueueLimits:
    """How many turns run and wait at once: all together, and of each principal.

    ``max_wait`` is in seconds.
    """

    running: int
    running_each: int
    waiting: int
    waiting_each: int
    max_wait: float


@dataclass(eq=False)
class Turn:
    """One request in the queue. ``admission`` is completed when it may run, or fails with why it may not."""

    principal: Hashable
    ticket: RequestTicket
    admission: Future[None] = field(default_factory=Future)


class FairQueue:
    """Admits the turns of principals round robin, within its limits. Thread-safe.

    A newer request of a lane replaces the one that waits, and may run beside the one that runs, which it is
    about to end: so a principal runs at most ``running_each`` turns, and one more.
    """

    def __init__(self, limits: QueueLimits) -> None:
        self.limits = limits
        self._lock = Lock()
        self._waiting: dict[Hashable, list[Turn]] = {}  # who is next comes first
        self._running: set[Turn] = set()

    def join_queue(self, principal: Hashable, ticket: RequestTicket) -> Turn:
        """Add a request to the queue; its ``admission`` may be complete at once."""
        turn = Turn(principal, ticket)
        with self._lock:
            self._supersede_older(turn)
            if not turn.admission.done():
                self._waiting.setdefault(principal, []).append(turn)
                self._admit_waiting()
                self._refuse_excess(turn)
        return turn

    def wait_admission(self, turn: Turn) -> None:
        """Wait until a turn may run; then ``end_turn`` must follow.

        Raises:
            QueueFullError: Too many wait, or it waited for too long.
            SupersededError: A newer request in its lane has replaced it.
            AbandonedRequestError: ``abandon_turn`` was called first.
        """
        try:
            turn.admission.result(self.limits.max_wait)
        except TimeoutError:
            self._dismiss_turn(turn, QueueFullError())
            turn.admission.result()

    def abandon_turn(self, turn: Turn) -> None:
        """Take a turn out of the queue, if it still waits: its client has left."""
        self._dismiss_turn(turn, AbandonedRequestError())

    def end_turn(self, turn: Turn) -> None:
        """Let the next one run; calling it twice does no harm."""
        with self._lock:
            self._running.discard(turn)
            self._admit_waiting()

    @property
    def waiting_count(self) -> int:
        """Return the number of turns that wait."""
        with self._lock:
            return self._count_waiting()

    def _dismiss_turn(self, turn: Turn, reason: Exception) -> None:
        with self._lock:
            if not turn.admission.done():
                self._remove_waiting(turn, reason)

    def _count_waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    def _supersede_older(self, turn: Turn) -> None:
        """Remove the turn that waits in the same lane; if that is newer, refuse this one instead."""
        lane = turn.ticket.lane
        same = [each for each in self._waiting.get(turn.principal, ()) if lane and each.ticket.lane == lane]
        for each in same:
            if each.ticket.number > turn.ticket.number:
                turn.admission.set_exception(SupersededError())
            else:
                self._remove_waiting(each, SupersededError())

    def _remove_waiting(self, turn: Turn, reason: Exception | None = None) -> None:
        turns = self._waiting[turn.principal]
        turns.remove(turn)
        if not turns:
            del self._waiting[turn.principal]
        if reason is not None:
            turn.admission.set_exception(reason)

    def _admit_waiting(self) -> None:
        while len(self._running) < self.limits.running and (turn := self._find_next()):
            self._remove_waiting(turn)
            if turn.principal in self._waiting:  # the others come first now
                self._waiting[turn.principal] = self._waiting.pop(turn.principal)
            self._running.add(turn)
            turn.admission.set_result(None)

    def _find_next(self) -> Turn | None:
        """Return the first turn that may run, of the principal whose turn it is."""
        counts = Counter(each.principal for each in self._running)
        lanes = {each.ticket.lane for each in self._running} - {None}
        for principal, turns in self._waiting.items():
            free = self.limits.running_each - counts[principal]
            if free > 0:
                return turns[0]
            if free == 0 and (newer := next((each for each in turns if each.ticket.lane in lanes), None)):
                return newer
        return None

    def _refuse_excess(self, turn: Turn) -> None:
        """Refuse this turn if its principal has too many; else, if all have, the newest of who has most."""
        if len(self._waiting.get(turn.principal, ())) > self.limits.waiting_each:
            self._remove_waiting(turn, QueueFullError())
        elif self._count_waiting() > self.limits.waiting:
            self._remove_waiting(max(self._waiting.values(), key=len)[-1], QueueFullError())
