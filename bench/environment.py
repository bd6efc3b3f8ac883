"""Where figures were taken: nothing is worth more than its machine, versions and company."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numba", "numpy", "pyarrow", "duckdb", "polars", "playwright")
CHROMIUM = "chromium-headless-shell" if shutil.which("chromium-headless-shell") else "chromium"
"""The browser that is measured, whichever of Debian's is installed."""


def describe_environment() -> list[str]:
    """Lines on the machine, its load and the versions of what is measured."""
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load average {os.getloadavg()[0]:.1f}",
        f"{_get_processor_name()}, {len(os.sched_getaffinity(0))} cores, {_get_memory_gb():.0f} GB, "
        f"{platform.platform()}",
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        f"Node {_get_version('node', '--version')}, {_get_version(CHROMIUM, '--version')} ({CHROMIUM})",
    ]


def _get_processor_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({platform.machine()})" if names else platform.machine()


def _get_memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _get_version(program: str, *arguments: str) -> str:
    """What a program says of itself.

    Raises:
        FileNotFoundError: it is not installed.
    """
    path = shutil.which(program)
    if path is None:
        raise FileNotFoundError(program)
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()
