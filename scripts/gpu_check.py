"""All there is to know of a GPU, in one go: ``python scripts/gpu_check.py [--stand-in] [--rows N...]``.

Compares random cases with NumPy, runs the engines' tests on the device, and measures, in less than 8 minutes.
NumPy and CuPy are all it needs; what wants more (pyarrow, pydantic and pytest; cuDF; cuxfilter) is done where
that is installed, and named where it isn't. The end is one table, for bench/gpu.md. ``--stand-in`` tries the
script itself on a machine without a GPU.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.gpu import rapids_peers  # noqa: E402
from bench.gpu.checks import CHECKS  # noqa: E402
from bench.gpu.device_flights import DeviceFlights  # noqa: E402
from bench.gpu.timing import Measurement, measure_all, measure_bandwidth  # noqa: E402
from gpu.cuda.device import Device, Module  # noqa: E402

ROWS = (100_000_000, 1_000_000_000)
BYTES_PER_ROW = 28
"""What a row takes on the device, with room for answers."""
TEST_PACKAGES = ("pyarrow", "pydantic", "hypothesis", "pytest")
PACKAGES = (
    "numpy",
    "cupy-cuda12x",
    "cupy-cuda13x",
    "cudf-cu12",
    "cudf-cu13",
    "cuxfilter-cu12",
    "cuxfilter-cu13",
)


def describe_device(cupy: Module, device: Device) -> list[str]:
    """The device, and versions of what counts on it."""
    runtime = cupy.cuda.runtime
    free, total = device.get_memory()
    found = [
        f"{device.name}, {total / 1e9:.0f} GB ({free / 1e9:.0f} free), {device.processor_count} processors"
    ]
    found.append(f"CUDA runtime {runtime.runtimeGetVersion()}, driver {runtime.driverGetVersion()}")
    found.append(f"Python {sys.version.split()[0]}, " + ", ".join(filter(None, map(_version, PACKAGES))))
    return found


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def check_parity(device: Device, seconds: float) -> list[str]:
    """Random cases of every kernel, for about so long.

    Raises:
        AssertionError: the device counts otherwise than NumPy.
    """
    said = []
    for name, check in CHECKS.items():
        random, began, cases, values = np.random.default_rng(), time.perf_counter(), 0, 0
        while time.perf_counter() - began < seconds / len(CHECKS):
            values += check(random, device)
            cases += 1
        said.append(f"{name}: {cases:,} random cases, {values:,} values, all equal to NumPy's")
    return said


def run_engine_tests() -> str:
    """The tests that every engine has to pass, with CuPy's device among them."""
    missing = [name for name in TEST_PACKAGES if not find_spec(name)]
    if missing:
        return f"the engines' tests: left out, {', '.join(missing)} not installed"
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests/unit", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    if done.returncode:
        raise SystemExit(done.stdout)
    return f"the engines' tests: {done.stdout.splitlines()[-1]}"


def measure_rows(device: Device, rows: int, speed: float) -> list[Measurement]:
    """All figures of so many rows; none where they don't fit."""
    if rows * BYTES_PER_ROW > device.get_memory()[0]:
        print(f"{rows:,} rows don't fit in the device's memory", flush=True)
        return []
    flights = DeviceFlights(device, rows)
    found = [*rapids_peers.measure_peers(flights), *measure_all(flights, speed)]
    print(f"{rows:,} rows are measured, every cell equal to NumPy's", flush=True)
    return found


def format_table(measurements: list[Measurement]) -> str:
    lines = ["| rows | what | ms | least by memory, ms |", "|---|---|---|---|"]
    for each in measurements:
        floor = "" if each.floor is None else f"{each.floor * 1e3:.2f}"
        lines.append(f"| {each.rows:,} | {each.label} | {each.seconds * 1e3:.2f} | {floor} |")
    return "\n".join(lines)


def load_cupy(*, stand_in: bool) -> Module:
    if stand_in:
        from tests.device.simulated_cupy import SimulatedCuPy  # noqa: PLC0415

        return SimulatedCuPy()
    import cupy  # noqa: PLC0415

    return cupy


def main() -> None:
    parser = argparse.ArgumentParser(prog="gpu_check", description=__doc__)
    parser.add_argument("--stand-in", action="store_true", help="try this script without a GPU")
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--seconds", type=float, default=60, help="for random cases")
    options = parser.parse_args()
    began = time.perf_counter()
    cupy = load_cupy(stand_in=options.stand_in)
    device = Device(cupy)
    for line in describe_device(cupy, device):
        print(f"- {line}", flush=True)
    for line in check_parity(device, options.seconds):
        print(f"- {line}", flush=True)
    if not options.stand_in:
        print(f"- {run_engine_tests()}", flush=True)
    speed = measure_bandwidth(device)
    print(f"- copying within its memory reads and writes {speed / 1e9:,.1f} GB/s")
    for name in rapids_peers.list_missing():
        print(f"- {name} isn't installed: its part is left out")
    found = [figure for rows in options.rows for figure in measure_rows(device, rows, speed)]
    print(f"\n{format_table(found)}\n\nAll in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
