"""The translation of counting tasks to passes over the rows, and the structs that describe these."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gpu.cuda.device import Array, Device, element_address
from gpu.cuda.kernel_structs import PASS, TERM, VIEW, pack_records
from gpu.cuda.measure_kernels import choose_kernel
from gpu.cuda.shared_memory_tiling import CubeTile, pack_tiles, split_cube
from gpu.cuda.upload_batch import UploadBatch
from gpu.resident.measure_kinds import COUNT, HIGH, LOW, SUM_REAL


class IndexTermLike(Protocol):
    """A part of a cell's number, such as ``gpu.resident.aggregation.IndexTerm``."""

    @property
    def codes(self) -> Array: ...
    @property
    def stride(self) -> int: ...
    @property
    def lookup(self) -> npt.NDArray[np.uint32] | None: ...


class CubeTaskLike(Protocol):
    """The task of counting one cube, such as ``gpu.resident.aggregation.CubeTask``."""

    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def active(self) -> Sequence[IndexTermLike]: ...
    @property
    def terms(self) -> Sequence[IndexTermLike]: ...
    @property
    def kind(self) -> int: ...
    @property
    def numbers(self) -> Array: ...
    @property
    def number_format(self) -> int: ...


class CubeTaskGroupLike(Protocol):
    """Cubes over the same rows, such as ``gpu.resident.aggregation.CubeTaskGroup``."""

    @property
    def filters(self) -> Sequence[Array]: ...
    @property
    def is_inverted(self) -> bool: ...
    @property
    def tasks(self) -> Sequence[CubeTaskLike]: ...


@dataclass(frozen=True)
class KernelPass:
    """One pass of a kernel over the rows; its struct is at ``struct_address`` in the device's memory."""

    kernel: str
    struct_address: int
    shared_bytes: int
    bytes_per_row: float


class LaunchPlan:
    """All passes for some groups, and the arrays that they count into.

    Attributes:
        passes: The passes to launch.
        task_groups: The groups whose arrays the structs point to, kept so that these stay alive.
    """

    def __init__(self, groups: Sequence[CubeTaskGroupLike], device: Device) -> None:
        self._device = device
        self.tasks = [task for group in groups for task in group.tasks]
        self.task_groups = groups
        self._upload_batch = UploadBatch(device)
        sizes = [_cell_count(task) * (1 if task.kind == COUNT else 2) for task in self.tasks]
        self._offsets = np.cumsum([0, *sizes]).tolist()
        self._out = device.allocate_zeros(self._offsets[-1], np.uint64)
        for index, task in enumerate(self.tasks):
            if task.kind in (LOW, HIGH):
                first = self._offsets[index] + _cell_count(task)
                device.fill_range(self._out, first, self._offsets[index + 1], _empty_total(task.kind))
        self.passes = [
            kernel_pass
            for start, group in _with_first_index(groups)
            for kernel_pass in self._plan_group(start, group)
        ]
        self._upload_batch.upload_all()

    def _plan_group(self, start: int, group: CubeTaskGroupLike) -> list[KernelPass]:
        """Return the passes of a group; each counts as many views of the same active axes as fit."""
        filters = self._upload_batch.add_values(
            np.array([element_address(words) for words in group.filters], np.uint64)
        )
        head = filters, len(group.filters), int(group.is_inverted)
        tiles_by_active: dict[Hashable, list[CubeTile]] = {}
        for index, task in enumerate(group.tasks, start):
            kernel = choose_kernel(task.kind, task.number_format)
            tiles = split_cube(index, _cell_count(task), kernel, self._device.max_shared_bytes)
            tiles_by_active.setdefault(_active_key(task.active), []).extend(tiles)
        chosen = [
            packed
            for tiles in tiles_by_active.values()
            for packed in pack_tiles(tiles, self._device.max_shared_bytes)
        ]
        return [self._create_pass(head, packed) for packed in chosen]

    def _create_pass(self, head: tuple[int, int, int], tiles: list[CubeTile]) -> KernelPass:
        tasks = [self.tasks[tile.index] for tile in tiles]
        terms = list(tasks[0].active)
        views, shared = [], 0
        for tile, task in zip(tiles, tasks, strict=True):
            views.append(self._view_record(tile, task, len(terms), shared))
            terms += task.terms
            shared += tile.nbytes
        term_range = (
            self._upload_batch.add_values(pack_records(map(self._term_record, terms), TERM)),
            0,
            len(tasks[0].active),
        )
        struct = (*head, *term_range, self._upload_batch.add_values(pack_records(views, VIEW)), len(views))
        columns = {element_address(term.codes): int(term.codes.itemsize) for term in terms}
        numbers = {
            element_address(task_.numbers): int(task_.numbers.itemsize)
            for task_ in tasks
            if task_.kind != COUNT
        }
        bytes_a_row = sum(columns.values()) + sum(numbers.values()) + head[1] / 8
        address = self._upload_batch.add_values(pack_records([struct], PASS))
        return KernelPass(tiles[0].kernel.name, address, shared, bytes_a_row)

    def _view_record(self, tile: CubeTile, task: CubeTaskLike, first: int, shared: int) -> tuple[int, ...]:
        count_out = element_address(self._out) + 8 * (self._offsets[tile.index] + tile.low)
        numbers = 0 if task.kind == COUNT else element_address(task.numbers)
        cells = first, first + len(task.terms), task.shape[1], tile.low, tile.size
        tables = (
            tile.copies,
            shared,
            shared + tile.totals_offset,
            count_out,
            count_out + 8 * _cell_count(task),
        )
        return (*cells, numbers, *tables)

    def _term_record(self, term: IndexTermLike) -> tuple[int, ...]:
        lookup = 0 if term.lookup is None else self._upload_batch.add_values(term.lookup)
        return element_address(term.codes), int(term.codes.itemsize), lookup, term.stride

    def download_results(self) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[Any] | None]]:
        """Return each task's counts and totals, once all passes are done."""
        out = self._device.download(self._out)
        parts = [out[first:last] for first, last in pairwise(self._offsets)]
        return [_split_results(task, part) for task, part in zip(self.tasks, parts, strict=True)]


def _with_first_index(groups: Sequence[CubeTaskGroupLike]) -> list[tuple[int, CubeTaskGroupLike]]:
    """Return each group with the index of its first task."""
    starts = np.cumsum([0, *(len(group.tasks) for group in groups)]).tolist()
    return list(zip(starts, groups, strict=False))


def _cell_count(task: CubeTaskLike) -> int:
    return task.shape[0] * task.shape[1]


def _active_key(active: Sequence[IndexTermLike]) -> Hashable:
    """Return a key that is equal for terms that number the rows of a cube in the same way."""
    return tuple(
        (element_address(term.codes), term.stride, b"" if term.lookup is None else term.lookup.tobytes())
        for term in active
    )


def _empty_total(kind: int) -> int:
    """Return the total of a cell without rows, in the kernels' representation of floats."""
    bits = np.array(np.inf if kind == LOW else -np.inf).view(np.int64)
    return int(bits if kind == LOW else bits ^ 0x7FFFFFFFFFFFFFFF) & (1 << 64) - 1


def _split_results(
    task: CubeTaskLike, out: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any] | None]:
    cells = _cell_count(task)
    return out[:cells].view(np.int64), _decode_totals(task, out[cells:])


def _decode_totals(task: CubeTaskLike, bits: npt.NDArray[np.uint64]) -> npt.NDArray[Any] | None:
    if task.kind == COUNT:
        return None
    integers = bits.view(np.int64)
    if task.kind in (LOW, HIGH):
        return np.where(integers < 0, integers ^ 0x7FFFFFFFFFFFFFFF, integers).view(np.float64)
    return integers.view(np.float64) if task.kind == SUM_REAL else integers
