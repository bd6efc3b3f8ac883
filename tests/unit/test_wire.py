import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from datasets.cubes.packed_cube import PackedCube, pack_dense, pack_sparse
from datasets.cubes.wire_format import ActiveView, CubeEntry, encode_frame
from gpu.cubes import Aggregate, Axis, Cube, CubeSpec, ViewSpec
from gpu.scales import BooleanScale, LinearScale
from gpu.wide_sums import WideSums
from tests.fixtures.golden_frames import FOLDER, FRAMES, LATE, describe_frame, make_frame

DOCUMENT = Path(__file__).parents[2] / "docs/wire.md"


def split_frame(data):
    size = int.from_bytes(data[4:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def read_array(ref, body):
    return np.frombuffer(body, "<" + ref["dtype"], ref["length"], ref["offset"])


@pytest.mark.parametrize("name", FRAMES)
def test_golden_frames_are_what_is_encoded(name):
    """After an intended change: run ``python -m tests.fixtures.golden_frames`` and edit docs/wire.md."""
    assert encode_frame(FRAMES[name]()) == (FOLDER / f"frame_{name}.bin").read_bytes()


@pytest.mark.parametrize("name", FRAMES)
def test_golden_frames_mean_what_is_written_beside_them(name):
    expected = json.loads((FOLDER / f"frame_{name}.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(describe_frame(FRAMES[name]()))) == expected


def test_the_page_is_checked_against_all_aggregates():
    assert json.loads((FOLDER / "aggregates.json").read_text(encoding="utf-8")) == list(Aggregate)


@pytest.mark.parametrize("name", FRAMES)
def test_every_array_is_aligned_and_inside_the_body(name):
    data = encode_frame(FRAMES[name]())
    header, body = split_frame(data)
    assert data[:4] == b"DXC1"
    assert (len(data) - len(body)) % 8 == 0
    refs = re.findall(
        r'\{"dtype":"..","offset":\d+,"length":\d+\}', json.dumps(header, separators=(",", ":"))
    )
    for ref in map(json.loads, refs):
        assert ref["offset"] % 8 == 0
        assert ref["offset"] + ref["length"] * int(ref["dtype"][1]) <= len(body)
    assert refs


def test_axes_that_are_equal_share_their_arrays():
    header, _ = split_frame(encode_frame(FRAMES["line"]()))
    axes = {view["id"]: view["axes"] for view in header["views"]}
    assert axes["map"][0]["edges"] == axes["delay"][0]["edges"]
    assert axes["map"][0]["lookup"] == axes["delay"][0]["lookup"]


@pytest.mark.parametrize(
    ("most", "dtype"),
    [
        (0, "u1"),
        (255, "u1"),
        (256, "u2"),
        (65_535, "u2"),
        (65_536, "u4"),
        (2**32 - 1, "u4"),
        (2**32, "f8"),
        (2**53, "f8"),
    ],
)
def test_counts_travel_in_the_fewest_bytes_that_hold_them(most, dtype):
    spec = CubeSpec(ViewSpec((LATE,)))
    entry = CubeEntry("v", spec, pack_dense(Cube(spec, np.array([[0, most, 1]]))))
    header, body = split_frame(encode_frame(make_frame(1, None, [entry])))
    ref = header["views"][0]["values"]["count"]
    assert ref["dtype"] == dtype
    assert read_array(ref, body).tolist() == [0, most, 1]


def test_integer_sums_become_floats():
    spec = CubeSpec(ViewSpec((LATE,)))
    cells = pack_dense(Cube(spec, np.array([[1, 1, 1]]), sum=np.array([[-5, 2**53, 0]])))
    assert cells.sum.dtype == np.float64
    assert cells.sum.tolist() == [[-5.0, 2.0**53, 0.0]]
    assert cells.rest is None


@pytest.mark.parametrize("pack", [pack_dense, pack_sparse])
def test_what_floats_leave_of_integer_sums_travels_too(pack):
    spec = CubeSpec(ViewSpec((LATE,)))
    exact = [2**85 + 1, -(2**63) - 3, 7]
    sums = WideSums(np.array([[each >> 32 for each in exact]]), np.array([[each % 2**32 for each in exact]]))
    entry = CubeEntry("v", spec, pack(Cube(spec, np.array([[1, 2, 3]]), sum=sums)))
    header, body = split_frame(encode_frame(make_frame(1, None, [entry])))
    values = header["views"][0]["values"]
    total, rest = read_array(values["sum"], body).tolist(), read_array(values["rest"], body).tolist()
    assert total == [float(each) for each in exact]
    assert [int(a) + int(b) for a, b in zip(total, rest, strict=True)] == exact


def test_the_size_of_cells_is_what_they_hold():
    cells = PackedCube(np.zeros((2, 3), np.uint8), low=np.zeros((2, 3)))
    assert cells.nbytes == 6 + 48


def test_a_grid_that_would_cut_the_bins_of_the_active_view_is_refused():
    scale = LinearScale(lo=0, step=1, levels=10)
    active = ActiveView("a", (Axis("delay", scale, 5), Axis("delay", scale, 5)))
    spec = CubeSpec(ViewSpec((LATE,)), (Axis("delay", scale, 2), Axis("delay", scale, 5)))
    entry = CubeEntry("v", spec, pack_dense(Cube(spec, np.zeros(spec.shape, np.int64))))
    with pytest.raises(ValueError, match="do not nest"):
        encode_frame(make_frame(1, active, [entry]))


def test_a_boolean_needs_neither_edges_nor_labels():
    spec = CubeSpec(ViewSpec((Axis("late", BooleanScale()),)))
    entry = CubeEntry("v", spec, pack_dense(Cube(spec, np.zeros((1, 3), np.int64))))
    axis = split_frame(encode_frame(make_frame(1, None, [entry])))[0]["views"][0]["axes"][0]
    assert (axis["edges"], axis["labels"], axis["domain"]) == (None, None, None)


def test_the_worked_example_in_the_documentation_is_true():
    example = re.search(r"```hex\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL).group(1)
    assert example == format_hex_dump(encode_frame(make_example_frame()))


def make_example_frame():
    """Four rows of one boolean column: two true, one false, one without a value."""
    spec = CubeSpec(ViewSpec((LATE,)))
    return make_frame(4, None, [CubeEntry("v1", spec, pack_dense(Cube(spec, np.array([[1, 2, 1]]))))])


def format_hex_dump(data):
    lines = []
    for offset in range(0, len(data), 16):
        row = data[offset : offset + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{offset:04x}  {row.hex(' '):<47}  {text}\n")
    return "".join(lines)


def test_an_engine_that_is_not_the_ordinary_one_is_named():
    plain = FRAMES["line"]()
    named = replace(plain, entries=[replace(plain.entries[0], engine="cuxfilter"), *plain.entries[1:]])
    header, _ = split_frame(encode_frame(named))
    assert [view.get("engine") for view in header["views"]] == [
        "cuxfilter",
        *[None] * (len(plain.entries) - 1),
    ]
