"""The kernels as CPUs without AVX-512 run them, in a process that compiles for a generic one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERIC_CPU_ENVIRONMENT = os.environ | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}


def run_python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=GENERIC_CPU_ENVIRONMENT,
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_generic_cpu_gets_scalar_kernels():
    done = run_python("-c", "from gpu.cpu.native.compress import AVX512; print(AVX512)")
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.timeout(600)
def test_scalar_kernels_equal_the_oracle():
    done = run_python(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/unit/test_cpu_engine.py",
        "-k",
        "share or ranges",
    )
    assert done.returncode == 0, done.stdout
