"""The source of the kernels, which is compiled as one text."""

from __future__ import annotations

from pathlib import Path

from gpu.cuda.measure_kernels import MEASURE_KERNEL_NAMES

FOLDER = Path(__file__).parent / "kernels"
OPTIONS = ("-std=c++17",)
KERNEL_NAMES = (
    "write_filter_bits",
    "intersect_filters",
    "union_bits",
    "write_composite_codes",
    "encode_values",
    "count",
    *MEASURE_KERNEL_NAMES,
    "find_rows_between",
    "gather_values",
)


def read_source() -> str:
    """Return all files of ``kernels/`` as one text, beginning with the shared file ``base.cu``."""
    files = sorted(FOLDER.glob("*.cu"), key=lambda file: (file.stem != "base", file.stem))
    return "\n".join(file.read_text() for file in files)
