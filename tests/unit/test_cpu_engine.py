"""What the CPU engine does beyond counting: complements, many ranges, eviction, growth, many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from gpu.cpu import CpuEngine, EngineMemory
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
from gpu.oracle import OracleEngine
from gpu.resident.aggregation import MAX_CELLS
from gpu.scales import CategoryScale, EdgesScale, LinearScale
from tests.unit.integer_sums import to_python_integers
from tests.unit.table_source import TableSource

ROWS = 200_003
WIDE = LinearScale(lo=0, step=1, levels=500)
NARROW = LinearScale(lo=0, step=5, levels=100)
LETTER_SCALE = CategoryScale(values=tuple("abcde"))
FINE, COARSE = Axis("wide", WIDE), Axis("wide", WIDE, 25)
SMALL, NAME = Axis("narrow", NARROW), Axis("name", LETTER_SCALE)


def make_table(rows=ROWS, seed=0):
    random = np.random.default_rng(seed)
    return pa.table(
        {
            "wide": pa.array(random.normal(250, 120, rows).astype(np.int32), mask=random.random(rows) < 0.01),
            "narrow": pa.array(random.exponential(120, rows)),
            "name": pa.array(random.choice(list("abcdefg"), rows)),
            "whole": pa.array(random.integers(-40_000, 40_000, rows)),
            "gaps": pa.array(random.normal(0, 9, rows), mask=random.random(rows) < 0.2),
        }
    )


def make_filter(low, high, column="wide", scale=WIDE):
    return (Predicate(column, scale, ((low, high),)),)


def make_specs(*filters):
    """Cubes of every shape and measure under the same filters."""
    mean, least = MeasureSpec(Aggregate.MEAN, "whole"), MeasureSpec(Aggregate.MIN, "gaps")
    views = [
        ViewSpec((COARSE,)),
        ViewSpec((NAME,), mean),
        ViewSpec((SMALL, NAME)),
        ViewSpec((NAME,), least),
        ViewSpec((), mean),
        ViewSpec(()),
    ]
    actives = [(), (FINE,), (Axis("wide", WIDE, 10), SMALL)]
    return [CubeSpec(view, active, frozenset(filters)) for view in views for active in actives]


def assert_cubes_equal(engine, oracle, specs):
    for cube, expected in zip(engine.compute_cubes(specs), oracle.compute_cubes(specs), strict=True):
        assert cube.spec == expected.spec
        np.testing.assert_array_equal(cube.count, expected.count)
        for part in ("sum", "low", "high"):
            ours, theirs = (to_python_integers(getattr(each, part)) for each in (cube, expected))
            np.testing.assert_array_equal(ours, theirs)


@pytest.fixture(scope="module")
def source():
    return TableSource(make_table())


class CachingOracle(OracleEngine):
    """An oracle that answers each question once: its rows stay as they are, and tests ask the same again."""

    def __init__(self, source):
        super().__init__(source)
        self._answer = cache(lambda spec: OracleEngine.compute_cubes(self, [spec])[0])

    def compute_cubes(self, specs, _cancel=None):
        return [self._answer(spec) for spec in specs]


@pytest.fixture(scope="module")
def oracle(source):
    return CachingOracle(source)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("share", [(100, 102), (30, 480), (1, 503), (0, 0)])
def test_any_share_of_the_rows(source, oracle, threads, share):
    engine = CpuEngine(source, threads=threads)
    assert_cubes_equal(engine, oracle, make_specs())
    assert_cubes_equal(engine, oracle, make_specs(make_filter(*share)))


def test_what_fails_is_counted_where_most_pass(source, oracle):
    engine, asked = (
        CpuEngine(source),
        make_specs(make_filter(10, 490), make_filter(0, 4, "name", LETTER_SCALE)),
    )
    assert_cubes_equal(engine, oracle, asked)
    engine.compute_cubes(make_specs())
    assert_cubes_equal(engine, oracle, asked)


def union_of(*conjunctions):
    return AnyOf(frozenset(conjunctions))


ROW_RIGHTS = union_of(
    make_filter(10, 480),
    (
        *make_filter(0, 3, "name", LETTER_SCALE),
        *make_filter(1, 2, "narrow", EdgesScale(values=(12.25, 300.5))),
    ),
)


@pytest.mark.parametrize(
    "rights", [ROW_RIGHTS, union_of(make_filter(100, 102)), union_of(), union_of((), make_filter(1, 2))]
)
def test_rights_are_one_more_filter(source, oracle, rights):
    engine = CpuEngine(source)
    for _ in range(2):
        assert_cubes_equal(engine, oracle, make_specs(rights))
        assert_cubes_equal(engine, oracle, make_specs(rights, make_filter(10, 490)))
        engine.compute_cubes(make_specs())


def test_rights_follow_appended_rows_and_come_back_when_dropped(source):
    engines = CpuEngine(source), CpuEngine(source, memory=EngineMemory(1))
    oracle = OracleEngine(source)
    for seed in range(1, 4):
        for some in (*engines, oracle):
            some.compute_cubes(make_specs(ROW_RIGHTS)[:2])
            some.append_rows(make_table(20 + seed, seed).to_batches()[0])
        for engine in engines:
            assert_cubes_equal(engine, oracle, make_specs(ROW_RIGHTS))


def test_rights_take_a_bit_a_row():
    engine = CpuEngine(TableSource(make_table()))
    engine.compute_mask([make_filter(10, 480), make_filter(0, 3, "name", LETTER_SCALE)])
    before = engine.nbytes
    engine.compute_mask([union_of(make_filter(10, 480), make_filter(0, 3, "name", LETTER_SCALE))])
    assert engine.nbytes - before == pytest.approx(ROWS / 8, rel=0.05)


def test_a_filter_of_many_ranges(source, oracle):
    every_third = tuple((code, code + 1) for code in range(0, 503, 3))
    assert_cubes_equal(CpuEngine(source), oracle, make_specs((Predicate("wide", WIDE, every_third),)))


def test_more_filters_than_a_byte_or_a_word_has_bits(source, oracle):
    filters = [make_filter(low, 503 - low) for low in range(70)]
    assert_cubes_equal(CpuEngine(source), oracle, make_specs(*filters))


def test_filters_at_exact_bounds(source, oracle):
    engine, exact = CpuEngine(source), EdgesScale(values=(12.25, 300.5))
    assert_cubes_equal(engine, oracle, make_specs(make_filter(1, 2, "narrow", exact)))


@pytest.mark.parametrize("most", [1, 1000, 60_000_000, 2**62])
def test_sums_of_numbers_of_any_size(most):
    rows = 700_001
    random = np.random.default_rng(0)
    values = {"wide": random.integers(0, 9, rows), "whole": random.integers(-most, most, rows, endpoint=True)}
    source = TableSource(pa.table(values))
    view = ViewSpec((Axis("wide", WIDE, 50),), MeasureSpec(Aggregate.SUM, "whole"))
    asked = [CubeSpec(view, (), filters) for filters in (frozenset(), frozenset([make_filter(2, 9)]))]
    assert_cubes_equal(CpuEngine(source, threads=1), OracleEngine(source), asked)


def test_more_cells_than_a_joined_code_can_number(source, oracle):
    ids = LinearScale(lo=-40_000, step=10, levels=8000)
    views = [ViewSpec((Axis("whole", ids), NAME)), ViewSpec((NAME, Axis("whole", ids)))]
    asked = [CubeSpec(view, active) for view in views for active in [(), (Axis("wide", WIDE, 10),)]]
    assert_cubes_equal(CpuEngine(source), oracle, asked)


def test_a_cube_too_large_is_refused(source):
    ids = Axis("whole", LinearScale(lo=0, step=1, levels=20_000))
    spec = CubeSpec(ViewSpec((ids,)), (ids,))
    assert np.prod(spec.shape) > MAX_CELLS
    with pytest.raises(ValueError, match="too large"):
        CpuEngine(source).compute_cubes([spec])


def test_memory_is_bounded_between_requests(source, oracle):
    limit = 5 * ROWS
    engine = CpuEngine(source, memory=EngineMemory(limit))
    for low in range(6):
        assert_cubes_equal(engine, oracle, make_specs(make_filter(low, 480)))
        assert 0 < engine.nbytes <= limit


def test_engines_share_a_memory_and_nothing_else():
    limit = 12 * ROWS
    memory = EngineMemory(limit, cube_bytes=1 << 20)
    sources = [TableSource(make_table(seed=seed)) for seed in range(4)]
    engines = [CpuEngine(source, memory=memory) for source in sources]
    judges = [CachingOracle(source) for source in sources]
    for low in range(3):
        for engine, judge in zip(engines, judges, strict=True):
            assert_cubes_equal(engine, judge, make_specs(make_filter(low, 480)))
            assert_cubes_equal(engine, judge, make_specs())
            assert (
                0
                < engine.nbytes
                <= memory.resident_cache.nbytes
                == sum(each.nbytes for each in engines)
                <= limit
            )
            assert 0 < memory.unfiltered_cubes.nbytes <= 1 << 20


def test_appending_reaches_the_own_entries_alone():
    memory = EngineMemory()
    sources = [TableSource(make_table(seed=seed)) for seed in range(2)]
    one, other = (CpuEngine(source, memory=memory) for source in sources)
    for engine in (one, other):
        engine.compute_cubes(make_specs())
    before = other.nbytes
    one.append_rows(make_table(500, 9).to_batches()[0])
    assert (other.nbytes, other.row_count) == (before, ROWS)
    assert_cubes_equal(other, OracleEngine(sources[1]), make_specs(make_filter(100, 300)))


def test_unfiltered_cubes_follow_appended_rows(source):
    engine, oracle = CpuEngine(source), OracleEngine(source)
    for seed in range(1, 4):
        for some in (engine, oracle):
            some.compute_cubes(make_specs())
            some.append_rows(make_table(1000 + seed, seed).to_batches()[0])
        assert engine.row_count == oracle.row_count
        assert_cubes_equal(engine, oracle, make_specs())
        assert_cubes_equal(engine, oracle, make_specs(make_filter(100, 300)))


def test_what_was_dropped_comes_back_with_the_appended_rows(source):
    engine, oracle = CpuEngine(source, memory=EngineMemory(1)), OracleEngine(source)
    for some in (engine, oracle):
        some.compute_cubes(make_specs())
        some.append_rows(make_table(70, 1).to_batches()[0])
    assert_cubes_equal(engine, oracle, make_specs(make_filter(100, 300)))


def test_a_batch_that_does_not_fit_changes_nothing(source):
    engine = CpuEngine(source)
    asked = make_specs(make_filter(100, 300))
    before = engine.compute_cubes(asked)
    batch = make_table(10, 1).to_batches()[0]
    with pytest.raises(KeyError, match="narrow"):
        engine.append_rows(batch.select(["wide", "name", "whole", "gaps"]))
    with pytest.raises(ValueError, match="parse"):
        engine.append_rows(batch.set_column(0, "wide", pa.array(["x"] * 10)))
    assert engine.row_count == ROWS
    for cube, expected in zip(engine.compute_cubes(asked), before, strict=True):
        np.testing.assert_array_equal(cube.count, expected.count)


def test_an_unknown_column_leaves_nothing_behind(source):
    engine = CpuEngine(source)
    with pytest.raises(KeyError):
        engine.compute_cubes([CubeSpec(ViewSpec((Axis("absent", WIDE),)))])
    with pytest.raises(TypeError):
        engine.compute_cubes([CubeSpec(ViewSpec((), MeasureSpec(Aggregate.SUM, "name")))])
    assert engine.nbytes == 0


def test_cancelling_while_codes_are_made(source):
    cancel = CancelToken()

    class CancellingSource(TableSource):
        def read_column(self, column, start=0):
            cancel.cancel()
            yield from source.read_column(column, start)

    engine = CpuEngine(CancellingSource(make_table()))
    with pytest.raises(Cancelled):
        engine.compute_cubes(make_specs(), cancel)
    assert engine.compute_cubes([CubeSpec(ViewSpec(()))])[0].count[0, 0] == ROWS


def test_kept_cubes_cannot_be_changed(source):
    cube = CpuEngine(source).compute_cubes([CubeSpec(ViewSpec((NAME,)))])[0]
    with pytest.raises(ValueError, match="read-only"):
        cube.count[0, 0] = 7


def test_many_threads_while_rows_arrive(source):
    engine, asked = (
        CpuEngine(source, memory=EngineMemory(8 * ROWS)),
        CubeSpec(ViewSpec((NAME,)), (), frozenset([make_filter(1, 500)])),
    )
    batch = make_table(5000, 9).to_batches()[0]
    oracle = OracleEngine(source)
    right = {ROWS: oracle.compute_cubes([asked])[0].count}
    for count in range(1, 6):
        oracle.append_rows(batch)
        right[ROWS + count * batch.num_rows] = oracle.compute_cubes([asked])[0].count

    def count_above(low):
        total, cube = engine.compute_cubes([CubeSpec(ViewSpec(())), asked])
        engine.compute_cubes(make_specs(make_filter(low, 503 - low)))
        return int(total.count[0, 0]), cube.count

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(count_above, low) for low in range(12)]
        for _ in range(5):
            engine.append_rows(batch)
    for answer in answers:
        rows, count = answer.result()
        np.testing.assert_array_equal(count, right[rows])
