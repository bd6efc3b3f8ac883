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

from bench.cube_peers import CodeRanges, CubePair, CubePeer, DuckDBCubes, PolarsCubes
from bench.synthetic_flights import ACTIVE, COARSE_ACTIVE, PASSIVE, SCALES, SyntheticFlights, middle_codes
from gpu.cpu import CpuEngine, EngineMemory
from gpu.cpu.native.compress import AVX512
from gpu.cpu.pool import count_cores
from gpu.cpu.warm import compile_kernels
from gpu.cubes import Axis, CubeSpec, Filter, Predicate, ViewSpec

PEER_ROWS = 10_000_000
BYTES_PER_ROW = 20
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


def make_specs(predicates: Predicates) -> list[CubeSpec]:
    """One cube a passive view, over the rows that pass the others' filters."""
    found = []
    for name, view in PASSIVE.items():
        filters: frozenset[Filter] = frozenset((p,) for column, p in predicates.items() if column != name)
        active = COARSE_ACTIVE if name == "map" else ACTIVE
        found.append(CubeSpec(view, (active,), filters))
    return found


def time_call(function: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = function()
    return time.perf_counter() - began, answer


class EngineContestant:
    """The engine, with the unfiltered cubes known or forgotten before each request."""

    def __init__(self, engine: CpuEngine, *, cold: bool) -> None:
        self.name = "DataXchange, cold" if cold else "DataXchange"
        self._engine, self._cold = engine, cold

    def prepare_request(self, predicates: Predicates) -> Callable[[], Cubes]:
        asked, unfiltered = make_specs(predicates), make_specs({})
        self._engine.compute_cubes(unfiltered)
        if self._cold:
            self._engine.unfiltered_cubes.clear()
        return lambda: [cube.count for cube in self._engine.compute_cubes(asked)]


class PeerContestant:
    """A peer, asked for the same cubes."""

    def __init__(self, peer: CubePeer) -> None:
        self.name = peer.name
        self._peer = peer

    def prepare_request(self, predicates: Predicates) -> Callable[[], Cubes]:
        pairs = [(_get_pair(spec), _get_ranges(spec)) for spec in make_specs(predicates)]
        return lambda: self._peer.count_cubes(pairs)


Contestant = EngineContestant | PeerContestant


def _get_pair(spec: CubeSpec) -> CubePair:
    view = next(name for name, view in PASSIVE.items() if view == spec.view)
    return "delay_bin" if spec.active == (COARSE_ACTIVE,) else "delay", f"{view}_bin", spec.shape


def _get_ranges(spec: CubeSpec) -> CodeRanges:
    return {predicate.column: predicate.ranges[0] for filter_ in spec.filters for predicate in filter_}


def encode_for_peers(source: SyntheticFlights) -> dict[str, npt.NDArray[Any]]:
    """Fine codes to filter by and the bins of each view, in the narrowest types."""
    fine = {
        name: np.concatenate([scale.encode(a) for a in source.read_column(name)])
        for name, scale in SCALES.items()
    }
    bins = {"delay_bin": COARSE_ACTIVE.bin_lookup[fine["delay"]].astype(np.uint8)}
    for name, view in PASSIVE.items():
        cells = np.zeros(source.row_count, np.uint32)
        for axis in view.axes:
            cells = cells * np.uint32(axis.cell_count) + axis.bin_lookup[fine[axis.column]]
        bins[f"{name}_bin"] = cells.astype(np.min_scalar_type(int(np.prod(view.shape)) - 1))
    return {name: fine[name] for name in ("delay", "date", "departure", "distance")} | bins


def compare_contestants(
    contestants: list[Contestant], scenarios: dict[str, Predicates], rounds: int
) -> Result:
    """Every contestant in every scenario, in turn; all must give the same cubes.

    Raises:
        AssertionError: two of them differ.
    """
    seconds: Result = {}
    for _ in range(rounds):
        for scenario, predicates in scenarios.items():
            expected: Cubes = []
            for contestant in contestants:
                took, cubes = time_call(contestant.prepare_request(predicates))
                seconds.setdefault((scenario, contestant.name), []).append(took)
                expected = expected or cubes
                for cube, other in zip(cubes, expected, strict=True):
                    np.testing.assert_array_equal(cube, other)
    return seconds


def print_report(seconds: Result) -> None:
    """A line a scenario and contestant: milliseconds, and how many times ours it is."""
    print(f"  {'filters pass':14}{'':22}{'min':>9}{'median':>9} ms{'ratio':>9}")
    for (scenario, name), times in seconds.items():
        ours = median(seconds[scenario, "DataXchange, cold" if scenario == "none" else "DataXchange"])
        ratio = median(times) / ours
        print(f"  {scenario:14}{name:22}{1e3 * min(times):9.1f}{1e3 * median(times):9.1f}   {ratio:9.1f}")


def describe_machine() -> str:
    form = "AVX-512 VBMI2" if AVX512 else "scalar"
    return (
        f"{platform.machine()} ({form} kernels), {count_cores()} cores, Python {platform.python_version()}, "
        f"numba {numba.__version__}, NumPy {np.__version__}"
    )


def load_engine(rows: int) -> tuple[CpuEngine, SyntheticFlights]:
    """An engine that has encoded every column, which is timed and printed."""
    source = SyntheticFlights(rows)
    engine = CpuEngine(source, memory=EngineMemory(BYTES_PER_ROW * rows))
    took, _ = time_call(lambda: list(starmap(engine.load_codes, SCALES.items())))
    print(f"\n{rows:,} rows: {len(SCALES)} columns encoded in {took:.2f} s")
    return engine, source


def make_predicates(engine: CpuEngine, shares: dict[str, float]) -> Predicates:
    """For each column a range that this part of the rows passes."""
    found = {}
    for column, part in shares.items():
        counts = engine.compute_histogram(ViewSpec((Axis(column, SCALES[column]),))).count[0]
        found[column] = Predicate(column, SCALES[column], (middle_codes(counts, part),))
    return found


def time_new_filter(engine: CpuEngine) -> float:
    """Seconds until the rows are counted that pass a filter never seen before."""
    predicate = Predicate("distance", SCALES["distance"], ((20, 70),))
    return time_call(lambda: engine.compute_histogram(ViewSpec(()), [(predicate,)]))[0]


def measure_engine(rows: int, rounds: int, *, peers: bool) -> None:
    engine, source = load_engine(rows)
    scenarios = {name: make_predicates(engine, shares) for name, shares in SCENARIOS.items()}
    contestants: list[Contestant] = [
        EngineContestant(engine, cold=False),
        EngineContestant(engine, cold=True),
    ]
    if peers:
        codes = encode_for_peers(source)
        contestants += [PeerContestant(DuckDBCubes(codes, count_cores())), PeerContestant(PolarsCubes(codes))]
    print_report(compare_contestants(contestants, scenarios, rounds))
    print(f"  {engine.nbytes / rows:.1f} bytes a row, a new filter in {1e3 * time_new_filter(engine):.1f} ms")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.engine", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[PEER_ROWS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers-at-100M", action="store_true", help="peers above 10M rows too")
    options = parser.parse_args(arguments)
    compile_kernels()
    print(describe_machine())
    for rows in options.rows:
        measure_engine(rows, options.rounds, peers=rows <= PEER_ROWS or options.peers_at_100M)


if __name__ == "__main__":
    main()
