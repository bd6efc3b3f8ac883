"""What can be said of the kernels without a GPU: ``python -m bench.kernels [--cases N]``.

They compile for every generation of devices, count right in random cases on the stand-in (what C++ leaves
undefined is trapped, and blocks are of several sizes), and read so many bytes a row.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.gpu.checks import CHECKS
from bench.gpu.device_flights import SCENARIOS, DeviceFlights
from bench.gpu.timing import count_bytes_read, count_bytes_sought
from gpu.cuda.device import Device
from gpu.cuda.measure_kernels import MEASURE_KERNEL_NAMES
from tests.device import compilers
from tests.device.simulated_cupy import SimulatedCuPy

SHARED_MEMORY_SIZES = (9 * 1024, 48 * 1024, 100 * 1024, 227 * 1024)
"""What blocks may have, up to what an H100 gives."""
H100_BYTES_PER_SECOND = 3.35e12
"""Bytes a second of its memory, by its data sheet."""


def print_compilers() -> None:
    """Which compilers take the kernels, for which devices."""
    print("\n## Compiled\n\n| compiler | for |\n|---|---|")
    if compilers.load_nvrtc():
        for architecture in compilers.ARCHITECTURES:
            compilers.compile_to_ptx(architecture)
        print(f"| NVRTC | {', '.join(f'compute_{each}' for each in compilers.ARCHITECTURES)} |")
    if compilers.NVCC:
        listed = compilers.list_architectures()
        with tempfile.TemporaryDirectory() as folder:
            said = {each: compilers.compile_with_nvcc(each, Path(folder)) for each in listed}
        print(f"| nvcc | {', '.join(f'sm_{each}' for each in listed)} |")
        print_registers(said)


def print_registers(compiler_output: dict[int, str]) -> None:
    """What nvcc says of the kernels that count."""
    print(
        "\n| kernel | "
        + " | ".join(f"sm_{each}" for each in compiler_output)
        + " |\n|---|"
        + "---|" * len(compiler_output)
    )
    for kernel in ("count", *MEASURE_KERNEL_NAMES):
        found = [
            re.search(rf"'{kernel}' for .*?(\d+) bytes spill stores.*?Used (\d+) registers", text, re.S)
            for text in compiler_output.values()
        ]
        cells = [f"{each[2]} registers, {each[1]} B spilled" for each in found if each]
        print(f"| {kernel} | " + " | ".join(cells) + " |")


def print_parity(cases: int) -> None:
    """Random cases, compared cell for cell."""
    print("\n## Compared with NumPy\n\n| | cases | values compared | seconds |\n|---|---|---|---|")
    devices = [Device(SimulatedCuPy(shared=shared, strict=True)) for shared in SHARED_MEMORY_SIZES]
    shares = {"cubes and masks": 0.7, "codes": 0.1, "joined codes": 0.1, "rows in order": 0.1}
    for name, check in CHECKS.items():
        random, count, began = np.random.default_rng(2026), round(cases * shares[name]), time.perf_counter()
        values = sum(check(random, devices[case % len(devices)]) for case in range(count))
        print(f"| {name} | {count:,} | {values:,} | {time.perf_counter() - began:.0f} |", flush=True)


def print_traffic() -> None:
    """Bytes that activating one of seven views reads, as blocks of an H100 share the work, and sorting."""
    flights = DeviceFlights(Device(SimulatedCuPy(shared=SHARED_MEMORY_SIZES[-1])), 4096)
    print("\n## Bytes read by activating one of seven views, in blocks of 227 KB, and by finding rows\n")
    print("| | readings of the rows | bytes a row | least for 1B rows at 3.35 TB/s |\n|---|---|---|---|")
    for name, scenario in SCENARIOS.items():
        plan, _ = flights.count_groups(flights.make_groups(scenario))
        _print_reading(name, len(plan.passes), count_bytes_read(plan))
    _print_reading("rows in the order of 4 bytes", 1, count_bytes_sought(flights))


def _print_reading(name: str, times: int, width: float) -> None:
    print(f"| {name} | {times} | {width:.1f} | {1e9 * width / H100_BYTES_PER_SECOND * 1e3:.1f} ms |")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.kernels", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    options = parser.parse_args(arguments)
    print("# The kernels, not yet run on a GPU")
    print_compilers()
    print_traffic()
    print_parity(options.cases)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
