"""Random rows to sort, and what sorting them all gives: the judge of kernels that find rows in an order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bench.gpu.random_cases import SIZES, Host, Random, a_filter, padded
from gpu import sort_order
from gpu.cuda.device import Array, Device
from gpu.cuda.order import between, gather
from gpu.resident.measure_kinds import NUMBERS
from gpu.sort_order import Place, Ranks, Sortable

Bools = npt.NDArray[np.bool_]


def check_order(random: Random, device: Device) -> int:
    """Rows between two places of a random order; returns how many were compared.

    Raises:
        AssertionError: the device finds other rows than sorting all of them does.
    """
    rows = int(random.choice(SIZES))
    stored, ranks = _ranked(random, rows) if random.random() < 0.3 else (_numbers(random, rows), None)
    numbers = stored if ranks is None else ranks[stored]
    valued = random.random(rows) < random.choice([0.5, 1])
    values = Sortable(device.upload(padded(stored)), _bits(device, valued), ranks)
    bits, present = gather(values, device, np.arange(rows))
    np.testing.assert_array_equal(bits, stored)
    np.testing.assert_array_equal(present, valued)
    words, passing = a_filter(random, device, rows)
    start, stop = np.sort(random.integers(0, rows + 1, 2)).tolist()
    passing &= (np.arange(rows) >= start) & (np.arange(rows) < stop)
    descending = bool(random.random() < 0.5)
    place = _places(numbers, valued, descending=descending)
    low, high = np.sort(random.integers(-1, rows + 1, 2)).tolist()
    ends = [_end(numbers, valued, place, each) for each in (low, high)]
    bounds = sort_order.bounds(*ends, descending=descending)
    before, found = between(values, device, [words], bounds, range(start, stop))
    low, high = low if ends[0] else 0, high if ends[1] else rows
    np.testing.assert_equal(before, np.count_nonzero(passing & (place < low)))
    wanted = np.flatnonzero(passing & (place >= low) & (place < high))
    np.testing.assert_array_equal(np.sort(found), wanted)
    return rows


def _numbers(random: Random, rows: int) -> Host:
    """Many equal ones, or any bits that a number may have."""
    dtype = np.dtype(random.choice(NUMBERS))
    numbers = random.integers(-3, 4, rows).astype(dtype)
    if random.random() < 0.5:
        numbers = random.integers(0, 256, rows * dtype.itemsize, np.uint8).view(dtype)
    return np.where(np.isnan(numbers), dtype.type(-0.0), numbers) if dtype.kind == "f" else numbers


def _ranked(random: Random, rows: int) -> tuple[Host, Ranks]:
    """Numbers of some texts, and the ranks of these."""
    texts = int(random.integers(1, 120))
    return random.integers(0, texts, rows).astype(random.choice(NUMBERS[:3])), random.permutation(texts)


def _bits(device: Device, valued: Bools) -> Array | None:
    if valued.all():
        return None
    return device.upload(np.packbits(padded(valued), bitorder="little").view(np.uint64))


def _places(numbers: Host, valued: Bools, *, descending: bool) -> npt.NDArray[np.int64]:
    """Where each row is when all are sorted: equal ones by number, those without a finite one last."""
    kept = valued & np.isfinite(numbers)
    ranks = np.unique(numbers, return_inverse=True)[1]
    ranks = np.where(kept, -ranks if descending else ranks, 0)
    place = np.empty(numbers.size, np.int64)
    place[np.lexsort((np.arange(numbers.size), ranks, ~kept))] = np.arange(numbers.size)
    return place


def _end(numbers: Host, valued: Bools, places: npt.NDArray[np.int64], place: int) -> Place | None:
    found = np.flatnonzero(places == place)
    if not found.size:
        return None
    row = int(found[0])
    kept = valued[row] and np.isfinite(numbers[row])
    return Place(int(sort_order.keys(numbers[row : row + 1])[0]) if kept else None, row)
