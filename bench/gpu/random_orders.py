"""Random rows to sort, and what sorting them all gives: the judge of kernels that find rows in an order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bench.gpu.random_cases import ROW_COUNTS, Generator, HostArray, pad_rows, random_filter
from gpu import sort_order
from gpu.cuda.device import Array, Device
from gpu.cuda.order import find_rows_between, gather_values
from gpu.resident.measure_kinds import NUMBER_DTYPES
from gpu.sort_order import Ranks, SortableColumn, SortPosition

Bools = npt.NDArray[np.bool_]


def check_order(random: Generator, device: Device) -> int:
    """Rows between two places of a random order; returns how many were compared.

    Raises:
        AssertionError: the device finds other rows than sorting all of them does.
    """
    rows = int(random.choice(ROW_COUNTS))
    stored, ranks = (
        _random_ranks(random, rows) if random.random() < 0.3 else (_random_numbers(random, rows), None)
    )
    numbers = stored if ranks is None else ranks[stored]
    valued = random.random(rows) < random.choice([0.5, 1])
    values = SortableColumn(device.upload(pad_rows(stored)), _upload_bits(device, valued), ranks)
    bits, present = gather_values(values, device, np.arange(rows))
    np.testing.assert_array_equal(bits, stored)
    np.testing.assert_array_equal(present, valued)
    words, passing = random_filter(random, device, rows)
    start, stop = np.sort(random.integers(0, rows + 1, 2)).tolist()
    passing &= (np.arange(rows) >= start) & (np.arange(rows) < stop)
    descending = bool(random.random() < 0.5)
    place = _sort_positions(numbers, valued, descending=descending)
    low, high = np.sort(random.integers(-1, rows + 1, 2)).tolist()
    ends = [_find_end(numbers, valued, place, each) for each in (low, high)]
    bounds = sort_order.encode_bounds(*ends, descending=descending)
    before, found = find_rows_between(values, device, [words], bounds, range(start, stop))
    low, high = low if ends[0] else 0, high if ends[1] else rows
    np.testing.assert_equal(before, np.count_nonzero(passing & (place < low)))
    wanted = np.flatnonzero(passing & (place >= low) & (place < high))
    np.testing.assert_array_equal(np.sort(found), wanted)
    return rows


def _random_numbers(random: Generator, rows: int) -> HostArray:
    """Many equal ones, or any bits that a number may have."""
    dtype = np.dtype(random.choice(NUMBER_DTYPES))
    numbers = random.integers(-3, 4, rows).astype(dtype)
    if random.random() < 0.5:
        numbers = random.integers(0, 256, rows * dtype.itemsize, np.uint8).view(dtype)
    return np.where(np.isnan(numbers), dtype.type(-0.0), numbers) if dtype.kind == "f" else numbers


def _random_ranks(random: Generator, rows: int) -> tuple[HostArray, Ranks]:
    """Numbers of some texts, and the ranks of these."""
    texts = int(random.integers(1, 120))
    return random.integers(0, texts, rows).astype(random.choice(NUMBER_DTYPES[:3])), random.permutation(texts)


def _upload_bits(device: Device, valued: Bools) -> Array | None:
    if valued.all():
        return None
    return device.upload(np.packbits(pad_rows(valued), bitorder="little").view(np.uint64))


def _sort_positions(numbers: HostArray, valued: Bools, *, descending: bool) -> npt.NDArray[np.int64]:
    """Where each row is when all are sorted: equal ones by number, those without a finite one last."""
    kept = valued & np.isfinite(numbers)
    ranks = np.unique(numbers, return_inverse=True)[1]
    ranks = np.where(kept, -ranks if descending else ranks, 0)
    place = np.empty(numbers.size, np.int64)
    place[np.lexsort((np.arange(numbers.size), ranks, ~kept))] = np.arange(numbers.size)
    return place


def _find_end(
    numbers: HostArray, valued: Bools, places: npt.NDArray[np.int64], place: int
) -> SortPosition | None:
    found = np.flatnonzero(places == place)
    if not found.size:
        return None
    row = int(found[0])
    kept = valued[row] and np.isfinite(numbers[row])
    return SortPosition(int(sort_order.to_sort_keys(numbers[row : row + 1])[0]) if kept else None, row)
