"""A cache of cubes, each computed once however many requests ask for it. See docs/cubes.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from datasets.cubes.in_flight import Computation, CubeKey, LatestRequests, RequestTicket, RowScope
from datasets.cubes.packed_cube import PackedCube, pack_dense, pack_sparse
from gpu.byte_lru import ByteLru
from gpu.cubes import CubeSpec
from gpu.engine import Engine

MAX_PASSES = 2
"""Concurrent engine passes. Each uses all cores; the second saves a short pass from waiting for a long one.
"""


class CubeCache:
    """Cubes by rows of a dataset version, rights and spec, within a limit of bytes. Thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._cache: ByteLru[CubeKey, PackedCube] = ByteLru(capacity)
        self._computations: dict[CubeKey, Computation] = {}
        self._latest_requests = LatestRequests()
        self._lock = Lock()
        self._passes = ThreadPoolExecutor(MAX_PASSES, thread_name_prefix="cubes")

    def get_cubes(
        self, engine: Engine, scope: RowScope, specs: Sequence[CubeSpec], ticket: RequestTicket | None = None
    ) -> list[PackedCube]:
        """Return the cube of each spec, in order: cached, from a running computation, or from a new one.

        Raises:
            SupersededError: A newer request in the ticket's lane came before the last cube was complete.
        """
        keys = [CubeKey(scope, spec) for spec in specs]
        ticket = ticket or RequestTicket()
        with self._lock:
            self._latest_requests.require_newest(ticket)
            # Join first: superseding the older request would cancel computations that both need.
            cubes, computations = self._join_or_start(engine, keys)
            self._latest_requests.supersede_previous(ticket)
        try:
            for computation in computations:
                cubes |= ticket.wait_result(computation)
        finally:
            with self._lock:
                self._release_computations(computations)
                self._latest_requests.release_lane(ticket)
        return [cubes[key] for key in keys]

    @property
    def nbytes(self) -> int:
        """Return the bytes of the cached cubes."""
        with self._lock:
            return self._cache.nbytes

    @property
    def cube_count(self) -> int:
        """Return the number of cached cubes."""
        with self._lock:
            return len(self._cache)

    def close(self) -> None:
        """Cancel all running computations and accept no more."""
        with self._lock:
            for computation in self._computations.values():
                computation.cancel_pass()
        self._passes.shutdown()

    def _join_or_start(
        self, engine: Engine, keys: Iterable[CubeKey]
    ) -> tuple[dict[CubeKey, PackedCube], set[Computation]]:
        """Return the cached cubes and the computations of the others; each of these gets one more waiter."""
        requested = dict.fromkeys(keys)
        cached = {key: cube for key in requested if (cube := self._cache.get(key)) is not None}
        computations = {self._computations[key] for key in requested if key in self._computations}
        missing = [key for key in requested if key not in cached and key not in self._computations]
        if missing:
            computations.add(self._start_computation(engine, missing))
        for computation in computations:
            computation.waiters += 1
        return cached, computations

    def _start_computation(self, engine: Engine, keys: list[CubeKey]) -> Computation:
        computation = Computation(keys)
        computation.future = self._passes.submit(self._compute, engine, computation)
        self._computations |= dict.fromkeys(keys, computation)
        return computation

    def _compute(self, engine: Engine, computation: Computation) -> dict[CubeKey, PackedCube]:
        packed: dict[CubeKey, PackedCube] = {}
        try:
            rows = computation.keys[0].scope.rows
            cubes = engine.compute_cubes([key.spec for key in computation.keys], computation.cancel, rows)
            packed = dict(
                zip(computation.keys, map(pack_sparse if rows.start else pack_dense, cubes), strict=True)
            )
        finally:
            with self._lock:
                self._remove_computation(computation)
                for key, value in packed.items():
                    self._cache.put_bounded(key, value, value.nbytes)
        return packed

    def _remove_computation(self, computation: Computation) -> None:
        for key in computation.keys:
            if self._computations.get(key) is computation:
                del self._computations[key]

    def _release_computations(self, computations: Iterable[Computation]) -> None:
        """Stop waiting for computations; cancel those that nobody else waits for."""
        for computation in computations:
            computation.waiters -= 1
            if not computation.waiters and not computation.future.done():
                computation.cancel_pass()
                self._remove_computation(computation)
