"""What it costs to make a view active: ``python -m bench.engine [--rows N...] [--peers-at-100M]``.

Seven views of flights: making the delays (503 codes) active needs one cube for each of the other six, one of
them a density of 64 x 64. Scenarios: no filter, one that 27 % of the rows pass, three that 5 % pass, one
that 76 % pass; no view is filtered by itself. DuckDB and Polars count the same cubes from the same codes, in
the same rounds, and every cell must be equal.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from itertools import starmap
from statistics import median
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from bench.cube_peers import DuckDB, Pair, Peer, Polars, Ranges
from bench.synthetic_flights import ACTIVE, COARSE_ACTIVE, PASSIVE, SCALES, Flights, middle
from gpu.cpu import CpuEngine, Memory
from gpu.cpu.native.compress import AVX512
from gpu.cpu.pool import cores
from gpu.cpu.warm import warm
from gpu.cubes import Axis, CubeSpec, Filter, Predicate, View

PEER_ROWS = 10_000_000
BYTES_A_ROW = 20
SCENARIOS = {
    "none": {},
    "27 %": {"date": 0.27},
    "5 %": {"date": 0.27, "departure": 0.43, "distance": 0.43},
    "76 %": {"date": 0.76},
}
Cubes = list[npt.NDArray[np.int64]]
Predicates = dict[str, Predicate]
Result = dict[tuple[str, str], list[float]]
"""Seconds by scenario and contestant."""


def specs(predicates: Predicates) -> list[CubeSpec]:
    """One cube a passive view, over the rows that pass the others' filters."""
    found = []
    for name, view in PASSIVE.items():
        filters: frozenset[Filter] = frozenset((p,) for column, p in predicates.items() if column != name)
        active = COARSE_ACTIVE if name == "map" else ACTIVE
        found.append(CubeSpec(view, (active,), filters))
    return found


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = function()
    return time.perf_counter() - began, answer


class Ours:
    """The engine, with the unfiltered cubes known or forgotten before each request."""

    def __init__(self, engine: CpuEngine, *, cold: bool) -> None:
        self.name = "DataXchange, cold" if cold else "DataXchange"
        self._engine, self._cold = engine, cold

    def prepare(self, predicates: Predicates) -> Callable[[], Cubes]:
        asked, unfiltered = specs(predicates), specs({})
        self._engine.cubes(unfiltered)
        if self._cold:
            self._engine.known.clear()
        return lambda: [cube.count for cube in self._engine.cubes(asked)]


class Theirs:
    """A peer, asked for the same cubes."""

    def __init__(self, peer: Peer) -> None:
        self.name = peer.name
        self._peer = peer

    def prepare(self, predicates: Predicates) -> Callable[[], Cubes]:
        pairs = [(_pair(spec), _ranges(spec)) for spec in specs(predicates)]
        return lambda: self._peer.cubes(pairs)


Contestant = Ours | Theirs


def _pair(spec: CubeSpec) -> Pair:
    view = next(name for name, view in PASSIVE.items() if view == spec.view)
    return "delay_bin" if spec.active == (COARSE_ACTIVE,) else "delay", f"{view}_bin", spec.shape


def _ranges(spec: CubeSpec) -> Ranges:
    return {predicate.column: predicate.ranges[0] for filter_ in spec.filters for predicate in filter_}


def peer_codes(source: Flights) -> dict[str, npt.NDArray[Any]]:
    """Fine codes to filter by and the bins of each view, in the narrowest types."""
    fine = {
        name: np.concatenate([scale.encode(a) for a in source.read(name)]) for name, scale in SCALES.items()
    }
    bins = {"delay_bin": COARSE_ACTIVE.lookup[fine["delay"]].astype(np.uint8)}
    for name, view in PASSIVE.items():
        cells = np.zeros(source.rows, np.uint32)
        for axis in view.axes:
            cells = cells * np.uint32(axis.cells) + axis.lookup[fine[axis.column]]
        bins[f"{name}_bin"] = cells.astype(np.min_scalar_type(int(np.prod(view.shape)) - 1))
    return {name: fine[name] for name in ("delay", "date", "departure", "distance")} | bins


def race(contestants: list[Contestant], scenarios: dict[str, Predicates], rounds: int) -> Result:
    """Every contestant in every scenario, in turn; all must give the same cubes.

    Raises:
        AssertionError: two of them differ.
    """
    seconds: Result = {}
    for _ in range(rounds):
        for scenario, predicates in scenarios.items():
            expected: Cubes = []
            for contestant in contestants:
                took, cubes = timed(contestant.prepare(predicates))
                seconds.setdefault((scenario, contestant.name), []).append(took)
                expected = expected or cubes
                for cube, other in zip(cubes, expected, strict=True):
                    np.testing.assert_array_equal(cube, other)
    return seconds


def report(seconds: Result) -> None:
    """A line a scenario and contestant: milliseconds, and how many times ours it is."""
    print(f"  {'filters pass':14}{'':22}{'min':>9}{'median':>9} ms{'ratio':>9}")
    for (scenario, name), times in seconds.items():
        ours = median(seconds[scenario, "DataXchange, cold" if scenario == "none" else "DataXchange"])
        ratio = median(times) / ours
        print(f"  {scenario:14}{name:22}{1e3 * min(times):9.1f}{1e3 * median(times):9.1f}   {ratio:9.1f}")


def machine() -> str:
    form = "AVX-512 VBMI2" if AVX512 else "scalar"
    return (
        f"{platform.machine()} ({form} kernels), {cores()} cores, Python {platform.python_version()}, "
        f"numba {numba.__version__}, NumPy {np.__version__}"
    )


def loaded(rows: int) -> tuple[CpuEngine, Flights]:
    """An engine that has encoded every column, which is timed and printed."""
    source = Flights(rows)
    engine = CpuEngine(source, memory=Memory(BYTES_A_ROW * rows))
    took, _ = timed(lambda: list(starmap(engine.load, SCALES.items())))
    print(f"\n{rows:,} rows: {len(SCALES)} columns encoded in {took:.2f} s")
    return engine, source


def narrowing(engine: CpuEngine, shares: dict[str, float]) -> Predicates:
    """For each column a range that this part of the rows passes."""
    found = {}
    for column, part in shares.items():
        counts = engine.histogram(View((Axis(column, SCALES[column]),))).count[0]
        found[column] = Predicate(column, SCALES[column], (middle(counts, part),))
    return found


def new_filter(engine: CpuEngine) -> float:
    """Seconds until the rows are counted that pass a filter never seen before."""
    predicate = Predicate("distance", SCALES["distance"], ((20, 70),))
    return timed(lambda: engine.histogram(View(()), [(predicate,)]))[0]


def measure(rows: int, rounds: int, *, peers: bool) -> None:
    engine, source = loaded(rows)
    scenarios = {name: narrowing(engine, shares) for name, shares in SCENARIOS.items()}
    contestants: list[Contestant] = [Ours(engine, cold=False), Ours(engine, cold=True)]
    if peers:
        codes = peer_codes(source)
        contestants += [Theirs(DuckDB(codes, cores())), Theirs(Polars(codes))]
    report(race(contestants, scenarios, rounds))
    print(f"  {engine.nbytes / rows:.1f} bytes a row, a new filter in {1e3 * new_filter(engine):.1f} ms")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.engine", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[PEER_ROWS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers-at-100M", action="store_true", help="peers above 10M rows too")
    options = parser.parse_args(arguments)
    warm()
    print(machine())
    for rows in options.rows:
        measure(rows, options.rounds, peers=rows <= PEER_ROWS or options.peers_at_100M)


if __name__ == "__main__":
    main()
