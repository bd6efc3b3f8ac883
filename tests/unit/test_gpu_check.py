"""The script for machines with a GPU: what it needs, its order, and that a difference ends nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.gpu import check_steps
from bench.gpu.check_report import CheckReport
from bench.gpu.check_steps import DeviceCheck
from bench.gpu.timing import Measurement
from gpu.cuda.device import DeviceLostError

ROOT = Path(__file__).parents[2]
MISSING_PACKAGES = ("cudf", "dash", "flask", "numba", "pandas", "pydantic", "scipy", "structlog")
"""Packages of the service that a machine with CuPy, NumPy, pyarrow, hypothesis and pytest lacks."""


@pytest.fixture
def lean_environment(tmp_path):
    """An environment in which those packages can't be imported."""
    for name in MISSING_PACKAGES:
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError({name!r}, name={name!r})")
    return os.environ | {"PYTHONPATH": str(tmp_path), "OUT": str(tmp_path)}


def run_script(environment, *options):
    command = [sys.executable, "scripts/gpu_check.py", *options]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_all_is_measured_and_then_compared(lean_environment):
    options = ("--stand-in", "--rows", "3000", "--case-seconds", "0.3")
    done = run_script(lean_environment, *options)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert Path(lean_environment["OUT"], "gpu_check.md").read_text().splitlines() == lines
    measured = [number for number, line in enumerate(lines) if line.startswith("| 3,000 |")]
    compared = [number for number, line in enumerate(lines) if "NumPy" in line]
    assert (len(measured), len(compared)) == (10, 12)
    assert max(measured) < min(compared)
    assert lines[-1].startswith("nothing failed, in ")


def test_without_a_gpu_it_says_so(lean_environment, tmp_path):
    (tmp_path / "cupy.py").write_text("raise PermissionError(13, 'no home')")
    done = run_script(lean_environment)
    assert done.returncode == 2
    assert done.stdout.startswith("There is no GPU to check: CuPy can't be imported: PermissionError: ")


def test_the_engines_tests_need_pydantic_and_no_other_package(lean_environment, tmp_path):
    (tmp_path / "pydantic.py").unlink()
    command = [sys.executable, "-m", "pytest", *check_steps.PYTEST_OPTIONS, "--collect-only"]
    done = subprocess.run(
        command, cwd=ROOT, env=lean_environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "make_cuda_engine" in done.stdout


class FakeDevice:
    """A device of which only the memory is asked."""

    def get_memory(self):
        return 1 << 40, 1 << 40


class FakeFlights:
    def __init__(self, _device, rows):
        self.rows = rows

    def release_columns(self):
        pass


def raise_error(error):
    raise error


@pytest.fixture
def fake_check(monkeypatch, tmp_path):
    """A function that runs a check in which something fails, and returns what it reported."""
    order = []

    def compare_differing():
        order.append("compare")
        raise AssertionError("Arrays are not equal\n\nMismatched elements: 1 / 5")

    def list_measurements(flights, _speed):
        return {
            "brush": lambda: (
                order.append("brush") or Measurement("brush", flights.rows, 1, 1, compare_differing)
            ),
            "lost": lambda: raise_error(DeviceLostError("cudaErrorIllegalAddress")),
            "append": lambda: order.append("append") or Measurement("append", flights.rows, 1),
        }

    def check_case(random, _device):
        order.append("case")
        assert random.integers(0, 2), "a cell differs"
        return 7

    def run_check(seconds=60):
        monkeypatch.setattr(check_steps, "measure_bandwidth", lambda _: 1e9)
        monkeypatch.setattr(check_steps, "DeviceFlights", FakeFlights)
        monkeypatch.setattr(check_steps, "list_measurements", list_measurements)
        monkeypatch.setattr(check_steps, "CHECKS", {"cubes": check_case, "codes": check_case})
        monkeypatch.setattr(
            check_steps, "_run_process", lambda _, arguments: order.append(arguments[1]) or "-"
        )
        report = CheckReport(tmp_path / "report.md", seconds)
        DeviceCheck(FakeDevice(), report, [10, 20], 4).run_steps(with_processes=True)
        return report, order, (tmp_path / "report.md").read_text()

    return run_check


def test_differences_are_collected_and_end_nothing(fake_check):
    report, order, text = fake_check()
    assert order[:4] == ["brush", "append"] * 2
    assert order[4:6] == ["compare"] * 2
    assert set(order[6:-3]) == {"case"}
    assert order[-3:] == ["pytest", "bench.gpu.rapids_peers", "bench.gpu.rapids_peers"]
    assert text.count("FAILED 10 rows, lost: DeviceLostError: cudaErrorIllegalAddress") == 1
    assert text.count("FAILED cubes, seed ") == text.count("FAILED codes, seed ") == check_steps.MOST_FAILURES
    assert len(report.failures) == 2 + 2 + 2 * check_steps.MOST_FAILURES
    assert "Mismatched elements" in report.failures[2]
    assert report.write_end() == 1


def test_what_there_is_no_time_for_is_named(fake_check):
    report, order, text = fake_check(seconds=0)
    assert order == []
    for name in ("bandwidth", "10 rows", "cubes", "the engines' tests", "peers, 20 rows"):
        assert f"- {name}: left out, as the 0 s are over" in text
    assert report.write_end() == 0


def test_a_line_is_in_the_file_as_soon_as_it_is_known(tmp_path):
    file = tmp_path / "new folder/report.md"
    report = CheckReport(file, 60)

    def work():
        yield "first"
        assert file.read_text() == "first\n"
        raise MemoryError("full")

    report.run_step("step", work)
    assert report.failures == ["step: MemoryError: full"]
