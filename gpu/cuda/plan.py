"""From what is to be counted to passes over the rows, and the structs that tell a kernel each of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, address
from gpu.cuda.kernel_structs import PASS, TERM, VIEW, records
from gpu.cuda.shared_memory_tiling import Slice, packed, slices
from gpu.cuda.upload_batch import Parcel
from gpu.resident.measure_kinds import COUNT, HIGH, LOW, NUMBERS, SUM_REAL


class TermLike(Protocol):
    """A part of a cell number; ``gpu.resident.aggregation.Term`` is one."""

    @property
    def codes(self) -> Array: ...
    @property
    def stride(self) -> int: ...
    @property
    def lookup(self) -> npt.NDArray[np.uint32] | None: ...


class TallyLike(Protocol):
    """A cube to count; ``gpu.resident.aggregation.Tally`` is one."""

    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def active(self) -> Sequence[TermLike]: ...
    @property
    def terms(self) -> Sequence[TermLike]: ...
    @property
    def kind(self) -> int: ...
    @property
    def numbers(self) -> Array: ...


class GroupLike(Protocol):
    """Cubes over the same rows; ``gpu.resident.aggregation.Group`` is one."""

    @property
    def filters(self) -> Sequence[Array]: ...
    @property
    def inverted(self) -> bool: ...
    @property
    def tallies(self) -> Sequence[TallyLike]: ...


@dataclass(frozen=True)
class Pass:
    """One reading of the rows: ``place`` is where its struct is, in the device's memory."""

    kernel: str
    place: int
    shared: int
    bytes_a_row: float


class Plan:
    """All passes of some groups, and the cubes they count into.

    Attributes:
        passes: what to launch.
        sources: what the structs hold addresses of, so that it lives as long as they do.
    """

    def __init__(self, groups: Sequence[GroupLike], device: Device) -> None:
        self._device = device
        self.tallies = [tally for group in groups for tally in group.tallies]
        self.sources = groups
        self._parcel = Parcel(device)
        sizes = [_cells(tally) * (1 if tally.kind == COUNT else 2) for tally in self.tallies]
        self._places = np.cumsum([0, *sizes]).tolist()
        self._out = device.zeros(self._places[-1], np.uint64)
        for index, tally in enumerate(self.tallies):
            if tally.kind in (LOW, HIGH):
                first = self._places[index] + _cells(tally)
                device.fill(self._out, first, self._places[index + 1], _ordered(tally.kind))
        self.passes = [each for start, group in _numbered(groups) for each in self._group(start, group)]
        self._parcel.send()

    def _group(self, start: int, group: GroupLike) -> list[Pass]:
        """Its passes: views of the same active axes side by side, as many as there is room for."""
        filters = self._parcel.place(np.array([address(words) for words in group.filters], np.uint64))
        head = filters, len(group.filters), int(group.inverted)
        actives: dict[Hashable, list[Slice]] = {}
        for index, tally in enumerate(group.tallies, start):
            cut = slices(index, _cells(tally), tally.kind != COUNT, self._device.shared)
            actives.setdefault(_key(tally.active), []).extend(cut)
        chosen = [some for cut in actives.values() for some in packed(cut, self._device.shared)]
        return [self._pass(head, some) for some in chosen]

    def _pass(self, head: tuple[int, int, int], some: list[Slice]) -> Pass:
        tallies = [self.tallies[each.index] for each in some]
        terms = list(tallies[0].active)
        views, shared = [], 0
        for each, tally in zip(some, tallies, strict=True):
            views.append(self._view(each, tally, len(terms), shared))
            terms += tally.terms
            shared += each.nbytes
        given = self._parcel.place(records(map(self._term, terms), TERM)), 0, len(tallies[0].active)
        struct = (*head, *given, self._parcel.place(records(views, VIEW)), len(views))
        columns = {address(term.codes): int(term.codes.itemsize) for term in terms}
        numbers = {address(t.numbers): int(t.numbers.itemsize) for t in tallies if t.kind != COUNT}
        bytes_a_row = sum(columns.values()) + sum(numbers.values()) + head[1] / 8
        kernel = "measure" if some[0].measures else "count"
        return Pass(kernel, self._parcel.place(records([struct], PASS)), shared, bytes_a_row)

    def _view(self, each: Slice, tally: TallyLike, first: int, shared: int) -> tuple[int, ...]:
        count_out = address(self._out) + 8 * (self._places[each.index] + each.low)
        number = (0, 0)
        if tally.kind != COUNT:
            number = address(tally.numbers), NUMBERS.index(tally.numbers.dtype.str[1:])
        cells = first, first + len(tally.terms), tally.shape[1], each.low, each.size
        tables = each.copies, shared, shared + each.totals_at, count_out, count_out + 8 * _cells(tally)
        return (*cells, tally.kind, *number, *tables)

    def _term(self, term: TermLike) -> tuple[int, ...]:
        lookup = 0 if term.lookup is None else self._parcel.place(term.lookup)
        return address(term.codes), int(term.codes.itemsize), lookup, term.stride

    def counted(self) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[Any] | None]]:
        """Each tally's counts and totals, once all passes are done."""
        out = self._device.download(self._out)
        parts = [out[first:last] for first, last in pairwise(self._places)]
        return [_counted(tally, part) for tally, part in zip(self.tallies, parts, strict=True)]


def _numbered(groups: Sequence[GroupLike]) -> list[tuple[int, GroupLike]]:
    """Each group with the index of its first tally."""
    starts = np.cumsum([0, *(len(group.tallies) for group in groups)]).tolist()
    return list(zip(starts, groups, strict=False))


def _cells(tally: TallyLike) -> int:
    return tally.shape[0] * tally.shape[1]


def _key(active: Sequence[TermLike]) -> Hashable:
    """Equal for terms that number the same rows of a cube alike."""
    return tuple(
        (address(term.codes), term.stride, b"" if term.lookup is None else term.lookup.tobytes())
        for term in active
    )


def _ordered(kind: int) -> int:
    """The total of a cell without rows, as the kernels order floats."""
    bits = np.array(np.inf if kind == LOW else -np.inf).view(np.int64)
    return int(bits if kind == LOW else bits ^ 0x7FFFFFFFFFFFFFFF) & (1 << 64) - 1


def _counted(
    tally: TallyLike, out: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any] | None]:
    cells = _cells(tally)
    return out[:cells].view(np.int64), _totals(tally, out[cells:])


def _totals(tally: TallyLike, bits: npt.NDArray[np.uint64]) -> npt.NDArray[Any] | None:
    if tally.kind == COUNT:
        return None
    whole = bits.view(np.int64)
    if tally.kind in (LOW, HIGH):
        return np.where(whole < 0, whole ^ 0x7FFFFFFFFFFFFFFF, whole).view(np.float64)
    return whole.view(np.float64) if tally.kind == SUM_REAL else whole
