"""Cube frames, the bytes a browser gets: a JSON header and raw little-endian arrays. See docs/wire.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from datasets.cubes.packed_cube import FLOATS, Cells, Numbers
from datasets.description import Column, Description
from gpu.cubes import Axis, CubeSpec
from gpu.scales import Category, OrderedScale

MAGIC = b"DXC1"
ALIGNMENT = 8
CODES = np.dtype("<u2")

Json = dict[str, Any]


@dataclass(frozen=True)
class Active:
    """The view being brushed, with its own axes, y first: one is brushed by its codes, two by their bins."""

    id: str
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> list[int]:
        if len(self.axes) == 1:
            return [self.axes[0].scale.codes]
        return [axis.cells for axis in self.axes]


@dataclass(frozen=True)
class Entry:
    """One view's cube, and which engine counted it, unless it is the ordinary one."""

    id: str
    spec: CubeSpec
    cells: Cells
    engine: str | None = None


@dataclass(frozen=True)
class Frame:
    """Cubes of one dataset version, or of the rows that have come ``since`` it had so many."""

    description: Description
    active: Active | None
    entries: Sequence[Entry]
    since: int | None = None


def encode(frame: Frame) -> bytes:
    """The frame's bytes.

    Raises:
        ValueError: an entry's cube has rows that its active view's bins would have to be cut for.
    """
    body = _Body()
    header = {
        "version": frame.description.version,
        "rows": frame.description.rows,
        **({} if frame.since is None else {"from": frame.since}),
        "active": frame.active and {"id": frame.active.id, "shape": frame.active.shape},
        "views": [_view(entry, frame, body) for entry in frame.entries],
    }
    text = json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(len(MAGIC) + 4 + len(text)) % ALIGNMENT)
    return b"".join([MAGIC, len(text).to_bytes(4, "little"), text, *body.parts])


class _Body:
    """The arrays one after the other, each at a multiple of 8 bytes; equal ones may share a place."""

    def __init__(self) -> None:
        self.parts: list[memoryview | bytes] = []
        self._length = 0
        self._shared: dict[tuple[str, bytes], Json] = {}

    def add(self, array: Numbers) -> Json:
        ref = {"dtype": array.dtype.str[1:], "offset": self._length, "length": array.size}
        self._append(array.reshape(-1).view(np.uint8).data)
        self._append(bytes(-array.nbytes % ALIGNMENT))
        return ref

    def share(self, values: npt.ArrayLike, dtype: np.dtype[Any]) -> Json:
        """Add a small array, or find it where an axis before had the same."""
        array = np.ascontiguousarray(values, dtype)
        key = array.dtype.str, array.tobytes()
        if key not in self._shared:
            self._shared[key] = self.add(array)
        return self._shared[key]

    def _append(self, part: memoryview | bytes) -> None:
        self.parts.append(part)
        self._length += len(part)


def _view(entry: Entry, frame: Frame, body: _Body) -> Json:
    view = entry.spec.view
    rows, grid = _rows(entry.spec, frame.active, body)
    return {
        "id": entry.id,
        "shape": [entry.spec.shape[0], *view.shape],
        "exact": rows is None,
        "rows": rows,
        "grid": grid,
        "axes": [_axis(axis, frame.description.column(axis.column), body) for axis in reversed(view.axes)],
        "measure": {"aggregate": view.measure.aggregate.value, "column": view.measure.column},
        **({} if entry.engine is None else {"engine": entry.engine}),
        **({} if entry.cells.places is None else {"places": body.add(entry.cells.places)}),
        "values": {name: body.add(array) for name, array in entry.cells},
    }


def _axis(axis: Axis, column: Column, body: _Body) -> Json:
    scale = axis.scale
    edges = scale.edges if isinstance(scale, OrderedScale) else None
    return {
        "column": axis.column,
        "label": column.label,
        "type": scale.type,
        "integer": column.profile.integer,
        "codes": scale.codes,
        "edges": None if edges is None else body.share(edges, FLOATS),
        "labels": scale.values if isinstance(scale, Category) else None,
        "lookup": body.share(axis.lookup, CODES),
        "bins": axis.cells,
        "choices": scale.choices(),
        "domain": None if edges is None else [float(edges[0]), float(edges[-1])],
    }


def _rows(spec: CubeSpec, active: Active | None, body: _Body) -> tuple[Json | None, list[int] | None]:
    """Where the cube's rows are for the codes or bins that are brushed; None where they are the same."""
    if active is None or not spec.active:
        return None, None
    if len(active.axes) == 1:
        return _codes_to_rows(spec.active[0], body), None
    grid = [axis.cells for axis in spec.active]
    if grid == active.shape:
        return None, None
    refs = [body.share(_bins_to_rows(*pair), CODES) for pair in zip(active.axes, spec.active, strict=True)]
    return dict(zip("yx", refs, strict=True)), grid


def _codes_to_rows(row: Axis, body: _Body) -> Json | None:
    return None if row.cells == row.scale.codes else body.share(row.lookup, CODES)


def _bins_to_rows(own: Axis, row: Axis) -> npt.NDArray[np.uint16]:
    """Bin of the active view -> row of the grid."""
    bins, rows = own.lookup, row.lookup
    lookup = np.zeros(own.cells, CODES)
    lookup[bins] = rows
    if (lookup[bins] != rows).any():
        raise ValueError(f"the bins of {own.column!r} do not nest in {row.cells} grid rows")
    return lookup
