"""Sums of integers beyond int64: exact, rounded once, on every engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gpu.cubes import Aggregate, Axis, CubeSpec, MeasureSpec, Predicate, ViewSpec
from gpu.resident.request import add_cubes
from gpu.scales import CategoryScale
from gpu.wide_sums import WideSums, add_sums, join_halves, round_sums, subtract_sums, take_sums
from tests.unit.engines import ENGINE_FACTORIES
from tests.unit.hypothesis_examples import with_examples
from tests.unit.integer_sums import to_python_integers
from tests.unit.table_source import TableSource

MOST = 2**63 - 1
EXTREMES = (-(2**63), MOST, MOST - 1, 0, 1, -1, 2**53 + 1, 1_717_000_000_123_456_789)
numbers = st.sampled_from(EXTREMES) | st.integers(-(2**63), MOST)
totals = st.lists(st.integers(-(2**93), 2**93) | numbers, min_size=1, max_size=5)
GROUPS = CategoryScale(values=("a", "b"))
GROUP = Axis("group", GROUPS)


def to_sums(integers):
    """The sums that hold these integers: int64 where that is enough."""
    if all(-(2**63) <= each <= MOST for each in integers):
        return np.array(integers, np.int64)
    high, low = ([each >> 32 for each in integers], [each & 0xFFFFFFFF for each in integers])
    return WideSums(np.array(high, np.int64), np.array(low, np.int64))


@given(totals, st.data())
def test_adding_and_subtracting_are_exact(one, data):
    other = data.draw(st.lists(numbers, min_size=len(one), max_size=len(one)))
    added, left = add_sums(to_sums(one), to_sums(other)), subtract_sums(to_sums(one), to_sums(other))
    assert to_python_integers(added).tolist() == [a + b for a, b in zip(one, other, strict=True)]
    assert to_python_integers(left).tolist() == [a - b for a, b in zip(one, other, strict=True)]
    for sums in (added, left):
        fits = all(-(2**63) <= each <= MOST for each in to_python_integers(sums))
        assert isinstance(sums, np.ndarray) == fits


@given(totals)
@example([2**63 - 1, -(2**63)])
@example([2**53 + 1])
@example([2**85 + 2**32 + 1, -(2**85) - 2**32 - 1])
def test_rounding_happens_once_and_says_what_it_left_out(integers):
    total, rest = round_sums(to_sums(integers))
    assert total.tolist() == [float(each) for each in integers]
    left = np.zeros(len(integers)) if rest is None else rest
    assert [int(a) + int(b) for a, b in zip(total, left, strict=True)] == integers


def test_sums_that_float64_holds_have_no_rest():
    assert round_sums(np.array([2**53, -(2**53), 7]))[1] is None
    assert round_sums(np.array([2**60, -(2**63)]))[1] is None
    assert round_sums(np.array([0.1, np.inf]))[1] is None


def test_halves_are_carried():
    joined = join_halves(np.array([1, -1]), np.array([2**64 - 1, 5], np.uint64))
    assert to_python_integers(joined).tolist() == [2**32 + 2**64 - 1, -(2**32) + 5]


def test_some_sums_are_taken_cell_by_cell():
    sums = to_sums([2**70, 1, -(2**80)])
    assert to_python_integers(take_sums(sums, np.array([2, 1]))).tolist() == [-(2**80), 1]


@st.composite
def grouped_numbers(draw):
    """Whole numbers of any size, some missing, in two groups."""
    rows = draw(st.integers(0, 200))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    pool = draw(st.lists(numbers, min_size=1, max_size=4))
    missing = rng.random(rows) < draw(st.sampled_from([0, 0.2]))
    values = rng.choice(np.array(pool, np.int64), rows)
    groups = pa.array(rng.choice(["a", "b"], rows), pa.string())
    keys = pa.array(rng.choice(["a", "b"], rows), pa.string())
    return pa.table({"n": pa.array(values, mask=missing), "group": groups, "key": keys})


def sum_by_python(table, groups):
    """The exact sum of each group's numbers, and how many they are."""
    rows = [row for row in table.to_pylist() if row["n"] is not None]
    by_group = [[row["n"] for row in rows if row["group"] == group] for group in groups]
    return [sum(values) for values in by_group], [len(values) for values in by_group]


@pytest.mark.parametrize("engine_of", ENGINE_FACTORIES, ids=lambda engine_of: engine_of.__name__)
@with_examples(60)
@given(grouped_numbers(), st.data())
def test_every_engine_sums_as_python_does(engine_of, table, data):
    cut = data.draw(st.integers(0, table.num_rows))
    engine = engine_of(TableSource(table.slice(0, cut)))
    measure = MeasureSpec(data.draw(st.sampled_from([Aggregate.SUM, Aggregate.MEAN])), "n")
    kept = (Predicate("key", GROUPS, ((0, 1),)),)
    whole = CubeSpec(ViewSpec((GROUP,), measure))
    specs = [whole, replace(whole, filters=frozenset({kept})), CubeSpec(ViewSpec((), measure), (GROUP,))]
    engine.compute_cubes(specs)
    engine.append_rows(pa.RecordBatch.from_pylist(table.slice(cut).to_pylist(), table.schema))
    is_kept = pa.array([key == "a" for key in table["key"].to_pylist()], pa.bool_())
    wanted = [table, table.filter(is_kept), table]
    for cube, rows in zip(engine.compute_cubes(specs), wanted, strict=True):
        sums, counts = sum_by_python(rows, GROUPS.values)
        assert to_python_integers(cube.sum).reshape(-1)[:2].tolist() == sums
        assert cube.count.reshape(-1)[:2].tolist() == counts
    before, delta = (
        engine.compute_cubes([whole], rows=r)[0] for r in (range(cut), range(cut, engine.row_count))
    )
    assert to_python_integers(add_cubes(before, delta).sum).tolist() == [
        [*sum_by_python(table, "ab")[0], 0, 0]
    ]
