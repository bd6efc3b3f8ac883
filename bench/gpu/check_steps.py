"""The steps of a check on a GPU, in their order: measure, compare, and then let others' tools measure."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bench.gpu.check_report import CheckReport
from bench.gpu.checks import CHECKS
from bench.gpu.device_flights import DeviceFlights
from bench.gpu.timing import Measurement, list_measurements, measure_bandwidth
from gpu.cuda.device import Device

ROOT = Path(__file__).parents[2]
BYTES_PER_ROW = 32
"""What a row takes on the device, with room for answers."""
TEST_PACKAGES = ("pyarrow", "hypothesis", "pytest", "pydantic")
PYTEST_OPTIONS = (
    *(
        "-q",
        "-m",
        "gpu",
        "-c",
        "/dev/null",
        "--rootdir",
        ".",
        "--noconftest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:dash",
    ),
    "tests/unit/test_engines.py",
)
"""The settings of the project are left out, as they need plugins."""
MOST_FAILURES = 5
"""Random cases of one kind that may fail before the next kind's turn."""
TABLE_HEAD = "\n| rows | what | ms | least by memory, ms |\n|---|---|---|---|"


class DeviceCheck:
    """What is checked on one device, for a report.

    Args:
        row_counts: The sizes of the tables that are measured.
        case_seconds: How long random cases are compared.
    """

    def __init__(
        self, device: Device, report: CheckReport, row_counts: list[int], case_seconds: float
    ) -> None:
        self._device, self._report = device, report
        self._row_counts, self._case_seconds = row_counts, case_seconds
        self._measured: list[Measurement] = []
        self._speed = math.inf

    def run_steps(self, *, with_processes: bool) -> None:
        """Measure, compare and, ``with_processes``, run the tests and the peers in processes of their own."""
        self._report.run_step("bandwidth", self._measure_bandwidth)
        self._report.write_line(TABLE_HEAD)
        for rows in self._row_counts:
            self._measure_rows(rows)
        self._report.write_line("")
        for each in self._measured:
            label = f"{each.rows:,} rows, {each.label}"
            if each.compare is not None:
                self._report.run_step(label, partial(_compare_measured, label, each.compare))
        for name, check in CHECKS.items():
            self._report.run_step(name, partial(self._compare_cases, name, check))
        if with_processes:
            self._report.run_step("the engines' tests", partial(_run_engine_tests, self._report))
            for rows in self._row_counts:
                self._report.run_step(f"peers, {rows:,} rows", partial(_run_peers, self._report, rows))

    def _measure_bandwidth(self) -> Iterator[str]:
        self._speed = measure_bandwidth(self._device)
        yield f"- copying within its memory reads and writes {self._speed / 1e9:,.1f} GB/s"

    def _measure_rows(self, rows: int) -> None:
        created: list[DeviceFlights] = []
        self._report.run_step(f"{rows:,} rows", partial(_create_flights, self._device, rows, created))
        for flights in created:
            for name, measure in list_measurements(flights, self._speed).items():
                self._report.run_step(f"{rows:,} rows, {name}", partial(self._measure_one, measure))
            flights.release_columns()

    def _measure_one(self, measure: Callable[[], Measurement]) -> Iterator[str]:
        found = measure()
        self._measured.append(found)
        floor = "" if found.floor is None else f"{found.floor * 1e3:.2f}"
        yield f"| {found.rows:,} | {found.label} | {found.seconds * 1e3:.2f} | {floor} |"

    def _compare_cases(self, name: str, check: Callable[[np.random.Generator, Device], int]) -> Iterator[str]:
        """Compare random cases, each with a seed of its own, by which a failure can be repeated."""
        until = time.monotonic() + min(self._case_seconds / len(CHECKS), self._report.seconds_left)
        cases = values = failed = 0
        while time.monotonic() < until and failed < MOST_FAILURES:
            try:
                values += check(np.random.default_rng(cases), self._device)
            except AssertionError as error:
                failed += 1
                self._report.add_failure(f"{name}, seed {cases}: {error}")
            cases += 1
        yield f"- {name}: {cases:,} random cases, {values:,} values compared with NumPy's, {failed} differ"


def _create_flights(device: Device, rows: int, created: list[DeviceFlights]) -> Iterator[str]:
    """Add the table to ``created``, if it fits in the device's memory."""
    if rows * BYTES_PER_ROW > device.get_memory()[0]:
        yield f"| {rows:,} | don't fit in the device's memory | | |"
    else:
        created.append(DeviceFlights(device, rows))


def _compare_measured(label: str, compare: Callable[[], None]) -> Iterator[str]:
    compare()
    yield f"- {label}: as NumPy counts"


def _run_engine_tests(report: CheckReport) -> Iterator[str]:
    """Run the tests that every engine has to pass, with CuPy's device among them.

    Raises:
        AssertionError: A test fails, or they take longer than there is time.
    """
    missing = [name for name in TEST_PACKAGES if not find_spec(name)]
    if missing:
        yield f"- the engines' tests: left out, {', '.join(missing)} not installed"
        return
    yield _run_process(report, ["-m", "pytest", *PYTEST_OPTIONS])


def _run_peers(report: CheckReport, rows: int) -> Iterator[str]:
    """Measure RAPIDS' own tools. In a process of their own: cuDF replaces the memory allocator of CuPy."""
    yield _run_process(report, ["-m", "bench.gpu.rapids_peers", str(rows)])


def _run_process(report: CheckReport, arguments: list[str]) -> str:
    """Run Python and return the last line that it prints.

    Raises:
        AssertionError: It fails, or takes longer than there is time.
    """
    command = [sys.executable, *arguments]
    limit = max(report.seconds_left, 1)
    try:
        done = subprocess.run(  # noqa: S603  (this interpreter, with modules of ours)
            command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"took longer than the {limit:.0f} s that were left") from error
    lines = (done.stdout + done.stderr).strip().splitlines() or ["no output"]
    if done.returncode:
        raise AssertionError("\n".join(lines[-8:]))
    return "\n".join(f"- {line}" for line in lines[-4:])
