"""Running computations: which requests wait for them, and which requests a newer one has superseded."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from datasets.cubes.packed_cube import PackedCube
from errors import ConflictError
from gpu.cubes import CancelToken, CubeSpec

RequestLane = tuple[str, str]
"""A person and the purpose of a request in one of their tabs; a newer request supersedes an older one."""


class SupersededError(ConflictError):
    """A newer request in the same lane has replaced this one."""

    code = "outdated"

    def __init__(self) -> None:
        super().__init__("A newer request has replaced this one.")


@dataclass(frozen=True)
class RowScope:
    """A range of the rows of a dataset version, as seen with certain rights."""

    version: str
    rights_key: str
    rows: range


@dataclass(frozen=True)
class CubeKey:
    """Everything that a cube depends on."""

    scope: RowScope
    spec: CubeSpec


@dataclass(eq=False)
class Computation:
    """One pass of an engine that computes the cubes of ``keys``; it is cancelled when nobody waits for it."""

    keys: list[CubeKey]
    future: Future[dict[CubeKey, PackedCube]] = field(init=False)
    cancel: CancelToken = field(default_factory=CancelToken)
    waiters: int = 0

    def cancel_pass(self) -> None:
        self.cancel.cancel()
        self.future.cancel()


class RequestTicket:
    """One request's place in its lane.

    Requests may overtake each other on their way here; the numbers tell which is newer.
    """

    def __init__(self, lane: RequestLane | None = None, number: int = 0) -> None:
        self.lane = lane
        self.number = number
        self._superseded: Future[None] = Future()

    def mark_superseded(self) -> None:
        self._superseded.set_result(None)

    def require_current(self) -> None:
        """Check that no newer request has superseded this one.

        Raises:
            SupersededError: One has.
        """
        if self._superseded.done():
            raise SupersededError

    def wait_result(self, computation: Computation) -> dict[CubeKey, PackedCube]:
        """Wait for the computation and return its cubes.

        Raises:
            SupersededError: A newer request superseded this one first.
        """
        either: tuple[Future[Any], Future[Any]] = (computation.future, self._superseded)
        wait(either, return_when=FIRST_COMPLETED)
        if computation.future.done():
            return computation.future.result()
        raise SupersededError


class LatestRequests:
    """The newest request of each lane. Not thread-safe."""

    def __init__(self) -> None:
        self._newest: dict[RequestLane, RequestTicket] = {}

    def require_newest(self, ticket: RequestTicket) -> None:
        """Check that no newer request of the same lane has arrived already.

        Raises:
            SupersededError: One has.
        """
        newest = self._newest.get(ticket.lane) if ticket.lane else None
        if newest is not None and newest.number > ticket.number:
            raise SupersededError

    def supersede_previous(self, ticket: RequestTicket) -> None:
        """Make this request the newest of its lane, and supersede the previous one."""
        if ticket.lane is None:
            return
        older = self._newest.get(ticket.lane)
        self._newest[ticket.lane] = ticket
        if older is not None:
            older.mark_superseded()

    def release_lane(self, ticket: RequestTicket) -> None:
        """Remove the request from its lane, if it is still the newest."""
        if ticket.lane is not None and self._newest.get(ticket.lane) is ticket:
            del self._newest[ticket.lane]
