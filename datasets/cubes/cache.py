"""Cubes, each computed once however many ask for it. See docs/cubes.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from datasets.cubes.byte_lru import Lru
from datasets.cubes.in_flight import Flight, Key, Lanes, Rows, Turn
from datasets.cubes.packed_cube import Cells, few, narrow
from gpu.cubes import CubeSpec
from gpu.engine import Engine

PASSES = 2
"""Engine passes at a time: each uses all cores; the second spares a short one the wait for a long one."""


class CubeCache:
    """Cubes by (rows of a dataset version, rights, spec) under a bound of bytes. For many threads."""

    def __init__(self, capacity: int) -> None:
        self._kept: Lru[Key, Cells] = Lru(capacity)
        self._flights: dict[Key, Flight] = {}
        self._lanes = Lanes()
        self._lock = Lock()
        self._passes = ThreadPoolExecutor(PASSES, thread_name_prefix="cubes")

    def cubes(
        self, engine: Engine, of: Rows, specs: Sequence[CubeSpec], turn: Turn | None = None
    ) -> list[Cells]:
        """The cells of each spec, in order: from the cache, from a flight under way, or from a new one.

        Raises:
            OutdatedError: a newer request in the lane of this turn came before the last cube.
        """
        keys = [Key(of, spec) for spec in specs]
        turn = turn or Turn()
        with self._lock:
            self._lanes.require_newest(turn)
            found, flights = self._board(engine, keys)
            self._lanes.overtake(turn)
        try:
            for flight in flights:
                found |= turn.result(flight)
        finally:
            with self._lock:
                self._leave(flights)
                self._lanes.give_way(turn)
        return [found[key] for key in keys]

    @property
    def nbytes(self) -> int:
        """Bytes of the cubes that are kept."""
        with self._lock:
            return self._kept.nbytes

    @property
    def kept(self) -> int:
        """How many cubes are kept."""
        with self._lock:
            return len(self._kept)

    def close(self) -> None:
        """End what is under way and take no more."""
        with self._lock:
            for flight in self._flights.values():
                flight.abandon()
        self._passes.shutdown()

    def _board(self, engine: Engine, keys: Iterable[Key]) -> tuple[dict[Key, Cells], set[Flight]]:
        wanted = dict.fromkeys(keys)
        found = {key: cells for key in wanted if (cells := self._kept.get(key)) is not None}
        flights = {self._flights[key] for key in wanted if key in self._flights}
        missing = [key for key in wanted if key not in found and key not in self._flights]
        if missing:
            flights.add(self._start(engine, missing))
        for flight in flights:
            flight.waiters += 1
        return found, flights

    def _start(self, engine: Engine, keys: list[Key]) -> Flight:
        flight = Flight(keys)
        flight.landed = self._passes.submit(self._fly, engine, flight)
        self._flights |= dict.fromkeys(keys, flight)
        return flight

    def _fly(self, engine: Engine, flight: Flight) -> dict[Key, Cells]:
        cells: dict[Key, Cells] = {}
        try:
            rows = flight.keys[0].of.rows
            cubes = engine.cubes([key.spec for key in flight.keys], flight.cancel, rows)
            cells = dict(zip(flight.keys, map(few if rows.start else narrow, cubes), strict=True))
        finally:
            with self._lock:
                self._land(flight)
                for key, value in cells.items():
                    self._kept.put(key, value)
        return cells

    def _land(self, flight: Flight) -> None:
        for key in flight.keys:
            if self._flights.get(key) is flight:
                del self._flights[key]

    def _leave(self, flights: Iterable[Flight]) -> None:
        for flight in flights:
            flight.waiters -= 1
            if not flight.waiters and not flight.landed.done():
                flight.abandon()
                self._land(flight)
