"""Every engine against the oracle, cell for cell, and the oracle against a loop over rows."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from math import isnan

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu.cubes import (
    Aggregate,
    AnyOf,
    Axis,
    Cancelled,
    CancelToken,
    CubeSpec,
    MeasureSpec,
    Predicate,
    ViewSpec,
)
from gpu.oracle import OracleEngine, extract_numbers
from gpu.resident.request import add_cubes
from gpu.scales import BooleanScale, CategoryScale, LinearScale
from tests.unit.engine_strategies import arrow_tables, cube_specs, cube_views, filter_lists, row_rights
from tests.unit.engines import ENGINE_FACTORIES
from tests.unit.hypothesis_examples import with_examples
from tests.unit.integer_sums import to_python_integers
from tests.unit.table_source import TableSource

SMALL_SIZES = (0, 1, 63, 64, 65, 500)


def get_engine_name(engine):
    return engine.__name__


every_engine = pytest.mark.parametrize("engine_of", ENGINE_FACTORIES, ids=get_engine_name)
every_other_engine = pytest.mark.parametrize(
    "engine_of", [e for e in ENGINE_FACTORIES if e is not OracleEngine], ids=get_engine_name
)


def get_tolerance(source, measure):
    """How far a float sum may lie off: 1e-12 of the sum of all magnitudes."""
    numbers, present = extract_numbers(pa.concat_arrays(list(source.read_column(measure.column))))
    finite = numbers[present & np.isfinite(numbers)]
    return 1e-12 * np.abs(finite.astype(np.float64)).sum()


def assert_equal_cubes(cube, expected, source):
    assert cube.spec.view == expected.spec.view
    assert cube.count.dtype == np.int64
    np.testing.assert_array_equal(cube.count, expected.count)
    for part in ("sum", "low", "high"):
        ours, theirs = getattr(cube, part), getattr(expected, part)
        assert (ours is None) == (theirs is None), part
        if theirs is None:
            continue
        assert ours.shape == theirs.shape
        if part == "sum":
            assert_equal_sums(ours, theirs, partial(get_tolerance, source, cube.spec.view.measure))
        else:
            np.testing.assert_array_equal(ours, theirs)


def assert_equal_sums(ours, theirs, get_tolerance):
    """Sums of floats may lie off by a tolerance; those of integers are exact."""
    ours, theirs = to_python_integers(ours), to_python_integers(theirs)
    if theirs.dtype == np.float64:
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=get_tolerance(), equal_nan=True)
    else:
        assert ours.tolist() == theirs.tolist()


def assert_equals_oracle(answers, specs, source):
    for cube, expected in zip(answers, OracleEngine(source).compute_cubes(specs), strict=True):
        assert_equal_cubes(cube, expected, source)


@every_other_engine
@with_examples(60)
@given(arrow_tables(), st.lists(cube_specs(), min_size=1, max_size=4))
def test_cubes_equal_the_oracle(engine_of, table, specs):
    source = TableSource(table)
    assert_equals_oracle(engine_of(source).compute_cubes(specs), specs, source)


@every_other_engine
@with_examples(6)
@given(arrow_tables((262_145,)), st.lists(cube_specs(), min_size=4, max_size=4))
def test_cubes_of_many_blocks_equal_the_oracle(engine_of, table, specs):
    source = TableSource(table)
    assert_equals_oracle(engine_of(source).compute_cubes(specs), specs, source)


@every_engine
@with_examples(30)
@given(arrow_tables(), filter_lists())
def test_masks_equal_the_oracle_in_any_order(engine_of, table, conjunction):
    source = TableSource(table)
    engine, expected = engine_of(source), OracleEngine(source).compute_mask(conjunction)
    mask = engine.compute_mask(conjunction)
    assert mask.dtype == np.bool_
    np.testing.assert_array_equal(mask, expected)
    np.testing.assert_array_equal(
        engine.compute_bitmask(conjunction), np.packbits(expected, bitorder="little")
    )
    np.testing.assert_array_equal(engine.compute_mask(conjunction[::-1]), expected)


@every_engine
@with_examples(20)
@given(arrow_tables(SMALL_SIZES), cube_views(), filter_lists())
def test_a_cleared_filter_was_never_there(engine_of, table, view, conjunction):
    source = TableSource(table)
    engine = engine_of(source)
    before = engine.compute_histogram(view)
    engine.compute_histogram(view, conjunction)
    assert_equal_cubes(engine.compute_histogram(view), before, source)
    assert_equal_cubes(
        engine.compute_histogram(view, [*conjunction, ()]),
        engine.compute_histogram(view, conjunction),
        source,
    )
    assert engine.compute_mask([]).all()


@every_engine
@with_examples(30)
@given(arrow_tables(), cube_specs())
def test_the_rows_of_a_cube_add_up_to_the_histogram(engine_of, table, spec):
    source = TableSource(table)
    engine = engine_of(source)
    cube, whole = engine.compute_cubes([spec])[0], engine.compute_histogram(spec.view, list(spec.filters))
    np.testing.assert_array_equal(cube.count.sum(axis=0), whole.count[0])
    if cube.low is not None:
        np.testing.assert_array_equal(cube.low.min(axis=0), whole.low[0])
    if cube.high is not None:
        np.testing.assert_array_equal(cube.high.max(axis=0), whole.high[0])
    if cube.sum is not None:
        with np.errstate(invalid="ignore"):
            total = to_python_integers(cube.sum).sum(axis=0, keepdims=True)
            assert_equal_sums(total, whole.sum, partial(get_tolerance, source, spec.view.measure))


@every_engine
@with_examples(30)
@given(arrow_tables(), st.lists(cube_specs(), min_size=1, max_size=2), st.data())
def test_appended_rows_are_as_if_loaded_with_the_others(engine_of, table, specs, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, table.num_rows), min_size=1, max_size=3)))
    engine = engine_of(TableSource(table.slice(0, cuts[0])))
    engine.compute_cubes(specs)
    for start, stop in zip(cuts, [*cuts[1:], table.num_rows], strict=True):
        engine.append_rows(make_batch(table.slice(start, stop - start)))
        engine.compute_mask([])
    assert engine.row_count == table.num_rows
    assert_equals_oracle(engine.compute_cubes(specs), specs, TableSource(table))


@every_engine
@with_examples(60)
@given(arrow_tables(), st.lists(cube_specs(), min_size=1, max_size=2), row_rights(), st.data())
def test_any_range_of_rows_is_answered_as_if_there_were_no_others(engine_of, table, specs, shown, data):
    cut, start, stop = sorted(data.draw(st.lists(st.integers(0, table.num_rows), min_size=3, max_size=3)))
    engine = engine_of(TableSource(table.slice(0, cut)))
    asked = [*specs, *(replace(spec, filters=spec.filters | {shown}) for spec in specs)]
    engine.compute_cubes([replace(spec, filters=frozenset()) for spec in specs])
    engine.append_rows(make_batch(table.slice(cut)))
    for rows in (range(table.num_rows), range(cut), range(stop), range(start, stop), range(start, start)):
        source = TableSource(table.slice(rows.start, len(rows)))
        for cube, expected in zip(
            engine.compute_cubes(asked, rows=rows), OracleEngine(source).compute_cubes(asked), strict=True
        ):
            assert_equal_cubes(cube, expected, TableSource(table))
        np.testing.assert_array_equal(
            engine.compute_mask([shown], rows), OracleEngine(source).compute_mask([shown])
        )
        whole = range(rows.start // 64 * 64, rows.stop)
        mask = OracleEngine(TableSource(table)).compute_mask([shown], whole)
        np.testing.assert_array_equal(
            engine.compute_bitmask([shown], whole), np.packbits(mask, bitorder="little")
        )


@every_engine
@with_examples(60)
@given(arrow_tables(), cube_specs(), row_rights(), st.data())
def test_what_came_before_and_a_delta_add_up(engine_of, table, spec, shown, data):
    start, stop = sorted(data.draw(st.lists(st.integers(0, table.num_rows), min_size=2, max_size=2)))
    source = TableSource(table)
    engine = engine_of(source)
    for each in (spec, replace(spec, filters=spec.filters | {shown})):
        before, delta, whole = (
            engine.compute_cubes([each], rows=rows)[0]
            for rows in (range(start), range(start, stop), range(stop))
        )
        assert_equal_cubes(add_cubes(before, delta), whole, source)


@every_engine
def test_rows_that_are_not_there_yet_are_refused(engine_of):
    engine = engine_of(TableSource(FLIGHTS))
    for rows in (range(7), range(4, 7), range(0, 6, 2), range(5, 4)):
        with pytest.raises(ValueError, match="isn't within the 6 rows that exist"):
            engine.compute_cubes([CubeSpec(ViewSpec(()))], rows=rows)
        with pytest.raises(ValueError, match="isn't within the 6 rows that exist"):
            engine.compute_mask([], rows)


def make_batch(table):
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)


@with_examples(30)
@given(arrow_tables(SMALL_SIZES), cube_specs())
def test_the_oracle_equals_a_loop_over_rows(table, spec):
    cube = OracleEngine(TableSource(table)).compute_cubes([spec])[0]
    groups = group_measured_values(table, spec)
    assert cube.count.shape == spec.shape
    assert {place: cube.count.flat[place] for place in np.flatnonzero(cube.count)} == {
        place: len(values) for place, values in groups.items()
    }
    check = {
        Aggregate.SUM: lambda values, place: to_python_integers(cube.sum).flat[place] == exact_sum(values),
        Aggregate.MIN: lambda values, place: cube.low.flat[place] == float(min(values)),
        Aggregate.MAX: lambda values, place: cube.high.flat[place] == float(max(values)),
    }
    check[Aggregate.MEAN] = check[Aggregate.SUM]
    aggregate = spec.view.measure.aggregate
    assert all(check[aggregate](values, place) for place, values in groups.items() if aggregate in check)


def exact_sum(values):
    """The sum of integers; that of floats, but for the last digits."""
    total = sum(values)
    return total if isinstance(total, int) else pytest.approx(total, nan_ok=True)


def group_measured_values(table, spec):
    """The measured values of each cell's rows, 1 for a count, by place in the cube."""
    coded = {
        (part.column, part.scale): part.scale.encode(pa.chunked_array(table[part.column]).combine_chunks())
        for part in [*spec.active, *spec.view.axes]
    }
    values = list_measured_values(table, spec.view.measure.column)
    groups = defaultdict(list)
    for row in list_passing_rows(table, spec.filters):
        value = values[row]
        if not (value is None or (isinstance(value, float) and isnan(value))):
            place = 0
            for axis in [*spec.active, *spec.view.axes]:
                place = place * axis.cell_count + int(axis.bin_lookup[coded[axis.column, axis.scale][row]])
            groups[place].append(value)
    return groups


def list_measured_values(table, column):
    """A value a row, prices as the floats that Arrow makes of them."""
    if column is None:
        return [1] * table.num_rows
    return table[column].cast(pa.float64() if column == "price" else table[column].type).to_pylist()


def list_passing_rows(table, filters):
    """The rows that pass every filter, one by one."""
    alternatives = [filter_.alternatives if isinstance(filter_, AnyOf) else [filter_] for filter_ in filters]
    coded = {
        (p.column, p.scale): p.scale.encode(pa.chunked_array(table[p.column]).combine_chunks())
        for conjunctions in alternatives
        for predicates in conjunctions
        for p in predicates
    }

    def passes_all(row, predicates):
        return all(
            any(start <= coded[p.column, p.scale][row] < stop for start, stop in p.ranges) for p in predicates
        )

    return [
        row
        for row in range(table.num_rows)
        if all(any(passes_all(row, each) for each in conjunctions) for conjunctions in alternatives)
    ]


@every_engine
@with_examples(40)
@given(arrow_tables(SMALL_SIZES), st.lists(cube_specs(), min_size=1, max_size=3), row_rights(), st.booleans())
def test_with_rights_every_cube_is_that_of_a_dataset_of_the_visible_rows(
    engine_of, table, specs, shown, known
):
    engine = engine_of(TableSource(table))
    if known:
        engine.compute_cubes([CubeSpec(spec.view, spec.active) for spec in specs])
    restricted = [replace(spec, filters=spec.filters | {shown}) for spec in specs]
    visible = TableSource(table.filter(np.isin(np.arange(table.num_rows), list_passing_rows(table, [shown]))))
    for cube, expected in zip(
        engine.compute_cubes(restricted), OracleEngine(visible).compute_cubes(specs), strict=True
    ):
        assert_equal_cubes(cube, expected, visible)


FLIGHTS = pa.table(
    {
        "delay": pa.array([-5, 0, 12, None, 90, 12], pa.int16()),
        "air": pa.array([1.5, None, float("nan"), 2.5, -1, 4]),
        "origin": pa.array(["SFO", "JFK", "SFO", None, "LAX", "JFK"]),
        "late": pa.array([False, False, True, None, True, True]),
    }
)
ORIGIN = Axis("origin", CategoryScale(values=("SFO", "JFK")))
DELAY = Axis("delay", LinearScale(lo=0, step=10, levels=2))
LATE = (Predicate("late", BooleanScale(), ((1, 2),)),)


@every_engine
def test_a_known_table(engine_of):
    engine = engine_of(TableSource(FLIGHTS))
    view = ViewSpec((ORIGIN,))
    assert engine.compute_histogram(view).count.tolist() == [[2, 2, 1, 1]]
    assert engine.compute_histogram(view, [LATE]).count.tolist() == [[1, 1, 1, 0]]
    cube = engine.compute_cubes([CubeSpec(view, (DELAY,), frozenset())])[0]
    assert cube.count.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    mean = engine.compute_histogram(ViewSpec((ORIGIN,), MeasureSpec(Aggregate.MEAN, "delay")))
    assert (mean.count.tolist(), mean.sum.tolist()) == ([[2, 2, 1, 0]], [[7, 12, 90, 0]])
    assert mean.sum.dtype == np.int64
    low = engine.compute_histogram(ViewSpec((ORIGIN,), MeasureSpec(Aggregate.MIN, "air")))
    assert (low.count.tolist(), low.low.tolist()) == ([[1, 1, 1, 1]], [[1.5, 4, -1, 2.5]])
    high = engine.compute_histogram(ViewSpec((), MeasureSpec(Aggregate.MAX, "air")), [LATE])
    assert (high.count.tolist(), high.high.tolist()) == ([[2]], [[4]])


@every_engine
def test_loaded_columns_are_resident_once(engine_of):
    engine = engine_of(TableSource(FLIGHTS))
    engine.load_codes("delay", DELAY.scale)
    resident = engine.nbytes
    assert resident > 0
    engine.load_codes("delay", DELAY.scale)
    assert engine.nbytes == resident


@every_engine
def test_an_unknown_column_is_named(engine_of):
    with pytest.raises(KeyError, match="altitude"):
        engine_of(TableSource(FLIGHTS)).load_codes("altitude", DELAY.scale)


@every_engine
def test_a_measure_of_text_is_refused(engine_of):
    with pytest.raises(TypeError, match=r"needs a number column, found string"):
        engine_of(TableSource(FLIGHTS)).compute_histogram(ViewSpec((), MeasureSpec(Aggregate.SUM, "origin")))


@every_engine
def test_a_cancelled_computation_ends(engine_of):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        engine_of(TableSource(FLIGHTS)).compute_cubes([CubeSpec(ViewSpec((ORIGIN,)))], cancel)


@every_engine
@with_examples(5)
@given(arrow_tables((20_011,)), st.lists(cube_specs(), min_size=8, max_size=8))
def test_many_threads_get_the_same_answers(engine_of, table, specs):
    source = TableSource(table)
    engine = engine_of(source)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda spec: engine.compute_cubes([spec])[0], specs))
    assert_equals_oracle(answers, specs, source)


@every_engine
def test_rights_of_known_shares(engine_of):
    engine, view = engine_of(TableSource(FLIGHTS)), ViewSpec((ORIGIN,))
    sfo = (Predicate("origin", ORIGIN.scale, ((0, 1),)),)
    unknown = (Predicate("origin", ORIGIN.scale, ((3, 4),)),)
    assert engine.compute_histogram(view, [AnyOf(frozenset({LATE, sfo}))]).count.tolist() == [[2, 1, 1, 0]]
    assert engine.compute_histogram(view, [AnyOf(frozenset({unknown}))]).count.tolist() == [[0, 0, 0, 1]]
    assert engine.compute_histogram(view, [AnyOf(frozenset({(), sfo}))]).count.tolist() == [[2, 2, 1, 1]]
    assert engine.compute_histogram(view, [AnyOf()]).count.tolist() == [[0, 0, 0, 0]]
    assert (
        engine.compute_mask([AnyOf(frozenset({unknown, sfo})), LATE]).tolist()
        == [False] * 2 + [True] + [False] * 3
    )
