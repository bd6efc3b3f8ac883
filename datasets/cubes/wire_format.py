"""The encoding of cube frames: a JSON header and raw little-endian arrays. See docs/wire.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from datasets.cubes.packed_cube import FLOAT_TYPE, Numbers, PackedCube
from datasets.description import Column, Description
from gpu.cubes import Axis, CubeSpec
from gpu.scales import CategoryScale, OrderedScale

MAGIC = b"DXC1"
ALIGNMENT = 8
CODE_TYPE = np.dtype("<u2")

Json = dict[str, Any]


@dataclass(frozen=True)
class ActiveView:
    """The view being brushed, with its own axes, y first. One axis is brushed by codes, two by bins."""

    id: str
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> list[int]:
        if len(self.axes) == 1:
            return [self.axes[0].scale.code_count]
        return [axis.cell_count for axis in self.axes]


@dataclass(frozen=True)
class CubeEntry:
    """One view's cube; ``engine`` names the engine that computed it, None for the fallback engine."""

    id: str
    spec: CubeSpec
    cube: PackedCube
    engine: str | None = None


@dataclass(frozen=True)
class CubeFrame:
    """Cubes of one dataset version, or of the rows that have been appended since it had ``since`` rows."""

    description: Description
    active: ActiveView | None
    entries: Sequence[CubeEntry]
    since: int | None = None


def encode_frame(frame: CubeFrame) -> bytes:
    """Return the bytes of a frame.

    Raises:
        ValueError: A row of an entry's cube would divide a bin of its active view.
    """
    body = _FrameBody()
    header = {
        "version": frame.description.version,
        "rows": frame.description.rows,
        **({} if frame.since is None else {"from": frame.since}),
        "active": frame.active and {"id": frame.active.id, "shape": frame.active.shape},
        "views": [_view_header(entry, frame, body) for entry in frame.entries],
    }
    text = json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(len(MAGIC) + 4 + len(text)) % ALIGNMENT)
    return b"".join([MAGIC, len(text).to_bytes(4, "little"), text, *body.parts])


class _FrameBody:
    """The arrays one after the other, each at a multiple of 8 bytes; equal small arrays are stored once."""

    def __init__(self) -> None:
        self.parts: list[memoryview | bytes] = []
        self._length = 0
        self._shared: dict[tuple[str, bytes], Json] = {}

    def add_array(self, array: Numbers) -> Json:
        ref = {"dtype": array.dtype.str[1:], "offset": self._length, "length": array.size}
        self._append(array.reshape(-1).view(np.uint8).data)
        self._append(bytes(-array.nbytes % ALIGNMENT))
        return ref

    def add_shared(self, values: npt.ArrayLike, dtype: np.dtype[Any]) -> Json:
        """Add a small array, or return the reference of an equal one added before."""
        array = np.ascontiguousarray(values, dtype)
        key = array.dtype.str, array.tobytes()
        if key not in self._shared:
            self._shared[key] = self.add_array(array)
        return self._shared[key]

    def _append(self, part: memoryview | bytes) -> None:
        self.parts.append(part)
        self._length += len(part)


def _view_header(entry: CubeEntry, frame: CubeFrame, body: _FrameBody) -> Json:
    view = entry.spec.view
    rows, grid = _brush_mapping(entry.spec, frame.active, body)
    return {
        "id": entry.id,
        "shape": [entry.spec.shape[0], *view.shape],
        "exact": rows is None,
        "rows": rows,
        "grid": grid,
        "axes": [
            _axis_header(axis, frame.description.get_column(axis.column), body)
            for axis in reversed(view.axes)
        ],
        "measure": {"aggregate": view.measure.aggregate.value, "column": view.measure.column},
        **({} if entry.engine is None else {"engine": entry.engine}),
        **({} if entry.cube.cell_indices is None else {"places": body.add_array(entry.cube.cell_indices)}),
        "values": {name: body.add_array(array) for name, array in entry.cube},
    }


def _axis_header(axis: Axis, column: Column, body: _FrameBody) -> Json:
    scale = axis.scale
    edges = scale.edges if isinstance(scale, OrderedScale) else None
    return {
        "column": axis.column,
        "label": column.label,
        "type": scale.type,
        "integer": column.profile.integer,
        "codes": scale.code_count,
        "edges": None if edges is None else body.add_shared(edges, FLOAT_TYPE),
        "labels": scale.values if isinstance(scale, CategoryScale) else None,
        "lookup": body.add_shared(axis.bin_lookup, CODE_TYPE),
        "bins": axis.cell_count,
        "choices": scale.list_bin_counts(),
        "domain": None if edges is None else [float(edges[0]), float(edges[-1])],
    }


def _brush_mapping(
    spec: CubeSpec, active: ActiveView | None, body: _FrameBody
) -> tuple[Json | None, list[int] | None]:
    """Return the mapping from brushed codes or bins to the cube's rows; None if they are the same."""
    if active is None or not spec.active:
        return None, None
    if len(active.axes) == 1:
        return _codes_to_rows(spec.active[0], body), None
    grid = [axis.cell_count for axis in spec.active]
    if grid == active.shape:
        return None, None
    refs = [
        body.add_shared(_bins_to_rows(*pair), CODE_TYPE)
        for pair in zip(active.axes, spec.active, strict=True)
    ]
    return dict(zip("yx", refs, strict=True)), grid


def _codes_to_rows(axis: Axis, body: _FrameBody) -> Json | None:
    return None if axis.cell_count == axis.scale.code_count else body.add_shared(axis.bin_lookup, CODE_TYPE)


def _bins_to_rows(active_axis: Axis, grid_axis: Axis) -> npt.NDArray[np.uint16]:
    """Return the row of the grid for each bin of the active view."""
    bins, rows = active_axis.bin_lookup, grid_axis.bin_lookup
    lookup = np.zeros(active_axis.cell_count, CODE_TYPE)
    lookup[bins] = rows
    if (lookup[bins] != rows).any():
        raise ValueError(
            f"the bins of {active_axis.column!r} do not nest in {grid_axis.cell_count} grid rows"
        )
    return lookup
