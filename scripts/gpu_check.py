"""All there is to know of a GPU, in one go: ``python scripts/gpu_check.py [--rows N...] [--out FILE]``.

Measures first, then compares with NumPy and runs the engines' tests on the device, then lets cuDF and
cuxfilter measure where they are installed: in less than 7 minutes, and what there is no time for is named.
Each line is written to a file at once, by default gpu_check.md in the folder $OUT or in test-results. A
difference ends nothing. The exit status is 0, or 1 if something differs, or 2 if there is no GPU to check.

CuPy and NumPy are all it needs, and for the engines' tests pyarrow, pydantic, hypothesis and pytest; what is
left out without them is named. ``--stand-in`` tries it without a GPU.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.gpu.check_report import CheckReport  # noqa: E402
from bench.gpu.check_steps import DeviceCheck  # noqa: E402
from gpu.cuda import probe  # noqa: E402
from gpu.cuda.device import Device, NoDeviceError  # noqa: E402

ROW_COUNTS = [100_000_000, 1_000_000_000]
PACKAGES = ("numpy", "cupy-cuda12x", "cupy-cuda13x", "pyarrow", "cudf-cu13", "cuxfilter-cu13")


def describe_device(device: Device) -> Iterator[str]:
    """Yield what the device is, and the versions of what uses it."""
    free, total = device.get_memory()
    memory = f"{total / 1e9:.0f} GB ({free / 1e9:.0f} free)"
    yield f"- {device.name}, {memory}, {device.processor_count} processors"
    yield f"- {device.describe_versions()}"
    yield f"- Python {sys.version.split()[0]}, " + ", ".join(filter(None, map(_find_version, PACKAGES)))


def _find_version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def open_device(*, stand_in: bool) -> Device:
    """Return the device to check.

    Raises:
        NoDeviceError: There is none that works.
    """
    if stand_in:
        from tests.device.simulated_cupy import SimulatedCuPy  # noqa: PLC0415

        return probe.verify_device(SimulatedCuPy())
    return probe.find_device()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gpu_check", description=__doc__)
    parser.add_argument("--stand-in", action="store_true", help="try this script without a GPU")
    parser.add_argument("--rows", type=int, nargs="+", default=ROW_COUNTS)
    parser.add_argument("--seconds", type=float, default=390, help="for everything together")
    parser.add_argument("--case-seconds", type=float, default=60, help="for random cases")
    parser.add_argument(
        "--out", type=Path, default=Path(os.environ.get("OUT", "test-results"), "gpu_check.md")
    )
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    report = CheckReport(options.out, options.seconds)
    try:
        device = open_device(stand_in=options.stand_in)
    except NoDeviceError as error:
        report.write_line(f"There is no GPU to check: {error}. Nothing was measured or compared.")
        return 2
    report.run_step("the device", partial(describe_device, device))
    check = DeviceCheck(device, report, options.rows, options.case_seconds)
    check.run_steps(with_processes=not options.stand_in)
    return report.write_end()


if __name__ == "__main__":
    raise SystemExit(main())
