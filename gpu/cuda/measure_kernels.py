"""The kernels that count: one without a measure, and one for each kind of measure and number format."""

from __future__ import annotations

from dataclasses import dataclass

from gpu.resident.measure_kinds import COUNT, HIGH, LOW, NUMBER_DTYPES, SUM_INTEGER, SUM_REAL

_FORMAT_NAMES = (*NUMBER_DTYPES, "low_half", "high_half")
_KIND_NAMES = {SUM_INTEGER: "sum", SUM_REAL: "sum", LOW: "low", HIGH: "high"}
_NARROW_FORMATS = ("i1", "i2", "i4", "f4")
MEASURE_KERNEL_NAMES = (
    *(f"sum_{name}" for name in _FORMAT_NAMES),
    *(f"{kind}_{name}" for kind in ("low", "high") for name in NUMBER_DTYPES),
)


@dataclass(frozen=True)
class CountKernel:
    """A kernel, and the bytes of the total that it keeps for each cell in shared memory."""

    name: str
    total_width: int


def choose_kernel(kind: int, number_format: int) -> CountKernel:
    """Return the kernel for a kind of measure and a format of numbers, both of ``measure_kinds``."""
    if kind == COUNT:
        return CountKernel("count", 0)
    format_name = _FORMAT_NAMES[number_format]
    is_narrow = kind in (LOW, HIGH) and format_name in _NARROW_FORMATS
    return CountKernel(f"{_KIND_NAMES[kind]}_{format_name}", 4 if is_narrow else 8)
