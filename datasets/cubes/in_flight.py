"""Computations under way: who waits for which, and who has been overtaken by a newer request of their own."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from datasets.cubes.packed_cube import Cells
from gpu.cubes import Cancel, CubeSpec

Lane = tuple[str, str]
"""A person and what one of their tabs does; a newer request in a lane makes the older ones outdated."""


class OutdatedError(Exception):
    """A newer request in the same lane took this one's place."""

    def __init__(self) -> None:
        super().__init__("A newer request has taken the place of this one.")


@dataclass(frozen=True)
class Rows:
    """A range of the rows of a dataset version, as seen with some rights."""

    version: str
    rights: str
    rows: range


@dataclass(frozen=True)
class Key:
    """What a cube depends on, and nothing else."""

    of: Rows
    spec: CubeSpec


@dataclass(eq=False)
class Flight:
    """One pass of an engine, for the cubes of ``keys``; ended early when nobody waits for it."""

    keys: list[Key]
    landed: Future[dict[Key, Cells]] = field(init=False)
    cancel: Cancel = field(default_factory=Cancel)
    waiters: int = 0

    def abandon(self) -> None:
        self.cancel.set()
        self.landed.cancel()


class Turn:
    """One request's stay in its lane; requests may overtake each other on their way, their numbers tell."""

    def __init__(self, lane: Lane | None = None, number: int = 0) -> None:
        self.lane = lane
        self.number = number
        self._over: Future[None] = Future()

    def end(self) -> None:
        self._over.set_result(None)

    def require_going_on(self) -> None:
        """Check that this turn has not ended.

        Raises:
            OutdatedError: it has.
        """
        if self._over.done():
            raise OutdatedError

    def result(self, flight: Flight) -> dict[Key, Cells]:
        """What the flight brings, once it has landed.

        Raises:
            OutdatedError: this turn ended first.
        """
        either: tuple[Future[Any], Future[Any]] = (flight.landed, self._over)
        wait(either, return_when=FIRST_COMPLETED)
        if flight.landed.done():
            return flight.landed.result()
        raise OutdatedError


class Lanes:
    """The newest turn of each lane. For one thread at a time."""

    def __init__(self) -> None:
        self._newest: dict[Lane, Turn] = {}

    def require_newest(self, turn: Turn) -> None:
        """Check that no newer request of the same lane has come already.

        Raises:
            OutdatedError: one has.
        """
        newest = self._newest.get(turn.lane) if turn.lane else None
        if newest is not None and newest.number > turn.number:
            raise OutdatedError

    def overtake(self, turn: Turn) -> None:
        """Take the place of the turn before, which ends."""
        if turn.lane is None:
            return
        older = self._newest.get(turn.lane)
        self._newest[turn.lane] = turn
        if older is not None:
            older.end()

    def give_way(self, turn: Turn) -> None:
        """Leave the lane."""
        if turn.lane is not None and self._newest.get(turn.lane) is turn:
            del self._newest[turn.lane]
