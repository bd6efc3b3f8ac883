"""The script for machines with a GPU does what it says, with NumPy alone, on the device that stands in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NUMPY_ONLY_SCRIPT = """
import runpy, sys
sys.modules |= dict.fromkeys(["cudf", "dash", "flask", "numba", "pandas", "pyarrow", "pydantic", "scipy"])
sys.argv = ["gpu_check", "--stand-in", "--rows", "3000", "--seconds", "0.3"]
runpy.run_path("scripts/gpu_check.py", run_name="__main__")
"""


def test_all_is_compared_and_measured():
    done = subprocess.run(
        [sys.executable, "-c", NUMPY_ONLY_SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for part in (
        "stand-in",
        "cubes and masks",
        "joined codes",
        "rows in order",
        "every cell equal",
        "cudf isn't installed",
    ):
        assert part in done.stdout
    figures = [line for line in done.stdout.splitlines() if line.startswith("| 3,000 |")]
    assert len(figures) == 7
