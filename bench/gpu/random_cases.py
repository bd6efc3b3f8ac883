"""Random things to count, and what plain NumPy counts: the judge of the kernels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu.cuda import fill_kernels, launch
from gpu.cuda.device import Array, Device
from gpu.cuda.fill_kernels import get_code_layout
from gpu.cuda.plan import LaunchPlan
from gpu.resident.bit_packing import unpack_bits
from gpu.resident.measure_kinds import (
    COUNT,
    HIGH,
    HIGH_HALF,
    LOW,
    LOW_HALF,
    NUMBER_DTYPES,
    SUM_INTEGER,
    SUM_REAL,
)

HostArray = npt.NDArray[Any]
Generator = np.random.Generator
ROW_COUNTS = (0, 1, 15, 16, 17, 63, 64, 65, 1000, 4099)
_TYPES = {
    SUM_INTEGER: NUMBER_DTYPES[:4],
    SUM_REAL: NUMBER_DTYPES[4:],
    LOW: NUMBER_DTYPES,
    HIGH: NUMBER_DTYPES,
}


@dataclass(frozen=True)
class CaseTerm:
    """A part of a cell number, on the device; ``host`` is what it is of each row."""

    codes: Array
    stride: int
    lookup: npt.NDArray[np.uint32] | None
    host: npt.NDArray[np.int64]


@dataclass(frozen=True)
class CaseTask:
    """A cube to count."""

    shape: tuple[int, int]
    active: list[CaseTerm]
    terms: list[CaseTerm]
    kind: int
    numbers: Array
    number_format: int
    host: HostArray | None


@dataclass(frozen=True)
class CaseGroup:
    """Cubes over the same rows; ``passing`` are those on the host."""

    filters: list[Array]
    is_inverted: bool
    passing: npt.NDArray[np.bool_]
    tasks: list[CaseTask] = field(default_factory=list)


def pad_rows(values: HostArray) -> HostArray:
    """With room for the rest of a word of rows."""
    return np.concatenate([values, np.zeros(((values.size + 127) & ~63) - values.size, values.dtype)])


def random_codes(random: Generator, rows: int, count: int) -> HostArray:
    return random.integers(0, count, rows).astype(np.uint8 if count <= 256 else np.uint16)


def _random_term(random: Generator, device: Device, rows: int, cells: int, stride: int) -> CaseTerm:
    """One that numbers so many cells, which are ``stride`` apart: codes as they are, or looked up."""
    if random.random() < 0.5:
        host = random_codes(random, rows, cells)
        return CaseTerm(device.upload(pad_rows(host)), stride, None, host.astype(np.int64) * stride)
    levels = int(random.integers(cells, 700))
    lookup = (np.arange(levels) * cells // levels * stride).astype(np.uint32)
    host = random_codes(random, rows, levels)
    return CaseTerm(device.upload(pad_rows(host)), 0, lookup, lookup[host].astype(np.int64))


def _random_terms(random: Generator, device: Device, rows: int, most: int) -> tuple[list[CaseTerm], int]:
    """Those of no axis, one or two, and how many cells they number."""
    axes = [int(random.integers(1, most)) for _ in range(random.integers(0, 3))]
    if len(axes) == 2:
        axes = [axis % 20 + 1 for axis in axes]
    strides = [int(np.prod(axes[i + 1 :], dtype=np.int64)) for i in range(len(axes))]
    found = [_random_term(random, device, rows, *axis) for axis in zip(axes, strides, strict=True)]
    return found, int(np.prod(axes, dtype=np.int64))


def _random_numbers(random: Generator, rows: int, kind: int) -> HostArray | None:
    if kind == COUNT:
        return None
    dtype = np.dtype(random.choice(_TYPES[kind]))
    if dtype.kind == "i":
        bounds = np.iinfo(dtype)
        return random.integers(bounds.min, bounds.max, rows, dtype, endpoint=True)
    reals = random.normal(0, 1e3, rows)
    return np.where(random.random(rows) < 0.02, random.choice([np.inf, -np.inf, -0.0], rows), reals).astype(
        dtype
    )


def _random_format(random: Generator, kind: int, numbers: HostArray | None) -> tuple[int, HostArray | None]:
    """How the kernels read numbers, and what they read: the numbers, or a half of each."""
    if numbers is None:
        return 0, None
    if kind == SUM_INTEGER and numbers.itemsize == 8 and random.random() < 0.5:
        is_high = bool(random.random() < 0.5)
        return (HIGH_HALF, numbers >> 32) if is_high else (LOW_HALF, numbers & 0xFFFFFFFF)
    return NUMBER_DTYPES.index(numbers.dtype.str[1:]), numbers


def random_filter(random: Generator, device: Device, rows: int) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Bits made by the kernel of one predicate or two, and which rows they are of."""
    words, passing = (
        device.allocate_zeros(pad_rows(np.zeros(rows // 64, np.uint64)).size, np.uint64),
        np.ones(rows, np.bool_),
    )
    for narrow in range(random.integers(1, 3)):
        count = int(random.integers(1, 700))
        host = random_codes(random, rows, count)
        bounds = np.sort(random.integers(0, count + 1, (random.integers(0, 4), 2)), axis=1)
        ranges = tuple((int(low), int(high)) for low, high in bounds)
        array = device.upload(pad_rows(host))
        fill_kernels.write_filter_bits(
            device, get_code_layout(array), ranges, words, range(rows), intersect=bool(narrow)
        )
        passing &= np.isin(host, [code for low, high in ranges for code in range(low, high)])
    return words, passing


def random_group(random: Generator, device: Device, rows: int) -> CaseGroup:
    """A few cubes of the same or of other active axes over the same rows."""
    filters = [random_filter(random, device, rows) for _ in range(random.integers(0, 4))]
    passing = np.logical_and.reduce([np.ones(rows, np.bool_), *(each for _, each in filters)])
    inverted = bool(filters) and bool(random.random() < 0.3)
    made = CaseGroup([words for words, _ in filters], inverted, passing ^ inverted)
    actives = [_random_terms(random, device, rows, 700) for _ in range(2)]
    for _ in range(random.integers(1, 5)):
        active, across = actives[int(random.integers(0, 2))]
        terms, cells = _random_terms(random, device, rows, 100)
        kind = int(random.integers(COUNT, HIGH + 1)) if random.random() < 0.6 else COUNT
        numbers = _random_numbers(random, rows, kind)
        array = None if numbers is None else device.upload(pad_rows(numbers))
        read = _random_format(random, kind, numbers)
        made.tasks.append(CaseTask((across, cells), active, terms, kind, array, *read))
    return made


def count_by_numpy(
    group: CaseGroup, tally: CaseTask, rows: range
) -> tuple[npt.NDArray[np.int64], HostArray | None]:
    """What NumPy counts, row by row."""
    passing = (
        group.passing
        & (np.arange(group.passing.size) >= rows.start)
        & (np.arange(group.passing.size) < rows.stop)
    )
    place = np.zeros(passing.size, np.int64)
    for term in tally.active:
        place += term.host * tally.shape[1]
    for term in tally.terms:
        place += term.host
    cells = tally.shape[0] * tally.shape[1]
    count = np.bincount(place[passing], minlength=cells)
    if tally.host is None:
        return count, None
    return count, _fold_numbers(tally.kind, cells, place[passing], tally.host[passing])


def _fold_numbers(kind: int, cells: int, place: npt.NDArray[np.int64], numbers: HostArray) -> HostArray:
    if kind == SUM_INTEGER:
        total = np.zeros(cells, np.int64)
        np.add.at(total, place, numbers.astype(np.int64))
        return total
    start, fold = {SUM_REAL: (0.0, np.add), LOW: (np.inf, np.minimum), HIGH: (-np.inf, np.maximum)}[kind]
    total = np.full(cells, start)
    with np.errstate(invalid="ignore"):
        fold.at(total, place, numbers.astype(np.float64))
    return total


def check_counting(random: Generator, device: Device) -> int:
    """One case; returns how many cells were compared.

    Raises:
        AssertionError: the device counts otherwise than NumPy.
    """
    rows = int(random.choice(ROW_COUNTS))
    bounds = np.sort(random.integers(0, rows + 1, 2)) if random.random() < 0.3 else (0, rows)
    part = range(int(bounds[0]), int(bounds[1]))
    groups = [random_group(random, device, rows) for _ in range(random.integers(1, 3))]
    plan = LaunchPlan(groups, device)
    launch.run_plan(plan, device, part.start, part.stop, lambda: None)
    wanted = [(tally, count_by_numpy(each, tally, part)) for each in groups for tally in each.tasks]
    for (tally, (count, total)), (counted, folded) in zip(wanted, plan.download_results(), strict=True):
        np.testing.assert_array_equal(counted, count)
        if tally.kind == SUM_REAL:
            finite = np.abs(tally.host[np.isfinite(tally.host)]).sum(dtype=np.float64)
            np.testing.assert_allclose(folded, total, rtol=0, atol=1e-12 * finite, equal_nan=True)
        elif total is not None:
            np.testing.assert_array_equal(folded, total)
    for each in groups:
        mask = unpack_bits(launch.compute_bitmask(each.filters, device, part), part)
        np.testing.assert_array_equal(mask, (each.passing ^ each.is_inverted)[part.start : part.stop])
    return sum(count.size for _, (count, _) in wanted)


def check_appending(random: Generator, device: Device) -> int:
    """Codes of some values by some thresholds; returns how many were compared.

    Raises:
        AssertionError: the device judges otherwise than NumPy.
    """
    dtype = np.dtype(random.choice(fill_kernels.VALUE_DTYPES))
    kind = np.dtype(
        {"i": np.int64, "f": np.float64}.get(dtype.kind, np.uint64 if dtype.itemsize == 8 else np.int64)
    )
    rows = int(random.choice(ROW_COUNTS))
    bits = random.integers(0, 256, rows * dtype.itemsize, np.uint8) if random.random() < 0.5 else None
    values = random.integers(0, 100, rows).astype(dtype) if bits is None else bits.view(dtype)
    with np.errstate(invalid="ignore"):
        drawn = random.choice(values, min(rows, 300)).astype(kind) if rows else np.zeros(0, kind)
    thresholds = np.unique(drawn[~np.isnan(drawn)])
    valid = random.random(rows) < 0.9
    row, missing = int(random.integers(0, 100)), thresholds.size + 1
    out = device.allocate_zeros(row + rows + 64, np.uint16)
    fill_kernels.encode_values(device, device.upload(thresholds), (0, missing), values, valid, out, row)
    with np.errstate(invalid="ignore"):
        reached = np.searchsorted(thresholds, values.astype(kind), side="right")
    wanted = np.where(valid & ~np.isnan(values), reached, missing)
    np.testing.assert_array_equal(device.download(out)[row : row + rows], wanted)
    return rows


def check_joining(random: Generator, device: Device) -> int:
    """Joined codes of one column or two, of some rows among others; returns how many were compared.

    Raises:
        AssertionError: the device joins otherwise than NumPy.
    """
    rows, counts = int(random.choice(ROW_COUNTS)), random.integers(1, 250, random.integers(1, 3))
    hosts = [random_codes(random, rows, int(count)) for count in counts]
    strides = [1] if len(hosts) == 1 else [int(counts[1]), 1]
    tables = [
        (np.arange(count) * stride).astype(np.uint32) for count, stride in zip(counts, strides, strict=True)
    ]
    out = device.allocate_zeros(pad_rows(np.zeros(rows, np.uint16)).size, np.uint16)
    arrays = [device.upload(pad_rows(host)) for host in hosts]
    start, stop = np.sort(random.integers(0, rows + 1, 2)).tolist()
    fill_kernels.write_composite_codes(
        device, [get_code_layout(array) for array in arrays], tables, out, range(start, stop)
    )
    joined = sum(table[host].astype(np.int64) for table, host in zip(tables, hosts, strict=True))
    row = np.arange(rows)
    wanted = np.where((row >= start) & (row < stop), joined, 0)
    np.testing.assert_array_equal(device.download(out)[:rows], wanted)
    return rows
