"""What the CPU engine does beyond counting: complements, many ranges, eviction, growth, many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from gpu.cpu import CpuEngine, Memory
from gpu.cubes import Aggregate, AnyOf, Axis, Cancel, Cancelled, CubeSpec, Measure, Predicate, View
from gpu.oracle import OracleEngine
from gpu.resident.aggregation import MOST_CELLS
from gpu.scales import Category, Edges, Linear
from tests.unit.table_source import TableSource

ROWS = 200_003
WIDE = Linear(lo=0, step=1, levels=500)
NARROW = Linear(lo=0, step=5, levels=100)
LETTERS = Category(values=tuple("abcde"))
FINE, COARSE = Axis("wide", WIDE), Axis("wide", WIDE, 25)
SMALL, NAME = Axis("narrow", NARROW), Axis("name", LETTERS)


def table(rows=ROWS, seed=0):
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


def between(low, high, column="wide", scale=WIDE):
    return (Predicate(column, scale, ((low, high),)),)


def specs(*filters):
    """Cubes of every shape and measure under the same filters."""
    mean, least = Measure(Aggregate.MEAN, "whole"), Measure(Aggregate.MIN, "gaps")
    views = [
        View((COARSE,)),
        View((NAME,), mean),
        View((SMALL, NAME)),
        View((NAME,), least),
        View((), mean),
        View(()),
    ]
    actives = [(), (FINE,), (Axis("wide", WIDE, 10), SMALL)]
    return [CubeSpec(view, active, frozenset(filters)) for view in views for active in actives]


def assert_right(engine, oracle, asked):
    for cube, expected in zip(engine.cubes(asked), oracle.cubes(asked), strict=True):
        assert cube.spec == expected.spec
        np.testing.assert_array_equal(cube.count, expected.count)
        for part in ("sum", "low", "high"):
            np.testing.assert_array_equal(getattr(cube, part), getattr(expected, part))


@pytest.fixture(scope="module")
def source():
    return TableSource(table())


class Judge(OracleEngine):
    """An oracle that answers each question once: its rows stay as they are, and tests ask the same again."""

    def __init__(self, source):
        super().__init__(source)
        self._answer = cache(lambda spec: OracleEngine.cubes(self, [spec])[0])

    def cubes(self, specs, _cancel=None):
        return [self._answer(spec) for spec in specs]


@pytest.fixture(scope="module")
def oracle(source):
    return Judge(source)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("share", [(100, 102), (30, 480), (1, 503), (0, 0)])
def test_any_share_of_the_rows(source, oracle, threads, share):
    engine = CpuEngine(source, threads=threads)
    assert_right(engine, oracle, specs())
    assert_right(engine, oracle, specs(between(*share)))


def test_what_fails_is_counted_where_most_pass(source, oracle):
    engine, asked = CpuEngine(source), specs(between(10, 490), between(0, 4, "name", LETTERS))
    assert_right(engine, oracle, asked)
    engine.cubes(specs())
    assert_right(engine, oracle, asked)


def shown(*conjunctions):
    return AnyOf(frozenset(conjunctions))


RIGHTS = shown(
    between(10, 480),
    (*between(0, 3, "name", LETTERS), *between(1, 2, "narrow", Edges(values=(12.25, 300.5)))),
)


@pytest.mark.parametrize("rights", [RIGHTS, shown(between(100, 102)), shown(), shown((), between(1, 2))])
def test_rights_are_one_more_filter(source, oracle, rights):
    engine = CpuEngine(source)
    for _ in range(2):
        assert_right(engine, oracle, specs(rights))
        assert_right(engine, oracle, specs(rights, between(10, 490)))
        engine.cubes(specs())


def test_rights_follow_appended_rows_and_come_back_when_dropped(source):
    engines = CpuEngine(source), CpuEngine(source, memory=Memory(1))
    oracle = OracleEngine(source)
    for seed in range(1, 4):
        for some in (*engines, oracle):
            some.cubes(specs(RIGHTS)[:2])
            some.append(table(20 + seed, seed).to_batches()[0])
        for engine in engines:
            assert_right(engine, oracle, specs(RIGHTS))


def test_rights_take_a_bit_a_row():
    engine = CpuEngine(TableSource(table()))
    engine.mask([between(10, 480), between(0, 3, "name", LETTERS)])
    before = engine.nbytes
    engine.mask([shown(between(10, 480), between(0, 3, "name", LETTERS))])
    assert engine.nbytes - before == pytest.approx(ROWS / 8, rel=0.05)


def test_a_filter_of_many_ranges(source, oracle):
    every_third = tuple((code, code + 1) for code in range(0, 503, 3))
    assert_right(CpuEngine(source), oracle, specs((Predicate("wide", WIDE, every_third),)))


def test_more_filters_than_a_byte_or_a_word_has_bits(source, oracle):
    filters = [between(low, 503 - low) for low in range(70)]
    assert_right(CpuEngine(source), oracle, specs(*filters))


def test_filters_at_exact_bounds(source, oracle):
    engine, exact = CpuEngine(source), Edges(values=(12.25, 300.5))
    assert_right(engine, oracle, specs(between(1, 2, "narrow", exact)))


@pytest.mark.parametrize("most", [1, 1000, 60_000_000, 2**62])
def test_sums_of_numbers_of_any_size(most):
    rows = 700_001
    random = np.random.default_rng(0)
    values = {"wide": random.integers(0, 9, rows), "whole": random.integers(-most, most, rows, endpoint=True)}
    source = TableSource(pa.table(values))
    view = View((Axis("wide", WIDE, 50),), Measure(Aggregate.SUM, "whole"))
    asked = [CubeSpec(view, (), filters) for filters in (frozenset(), frozenset([between(2, 9)]))]
    assert_right(CpuEngine(source, threads=1), OracleEngine(source), asked)


def test_more_cells_than_a_joined_code_can_number(source, oracle):
    ids = Linear(lo=-40_000, step=10, levels=8000)
    views = [View((Axis("whole", ids), NAME)), View((NAME, Axis("whole", ids)))]
    asked = [CubeSpec(view, active) for view in views for active in [(), (Axis("wide", WIDE, 10),)]]
    assert_right(CpuEngine(source), oracle, asked)


def test_a_cube_too_large_is_refused(source):
    ids = Axis("whole", Linear(lo=0, step=1, levels=20_000))
    spec = CubeSpec(View((ids,)), (ids,))
    assert np.prod(spec.shape) > MOST_CELLS
    with pytest.raises(ValueError, match="too large"):
        CpuEngine(source).cubes([spec])


def test_memory_is_bounded_between_requests(source, oracle):
    limit = 5 * ROWS
    engine = CpuEngine(source, memory=Memory(limit))
    for low in range(6):
        assert_right(engine, oracle, specs(between(low, 480)))
        assert 0 < engine.nbytes <= limit


def test_engines_share_a_memory_and_nothing_else():
    limit = 12 * ROWS
    memory = Memory(limit, cubes=1 << 20)
    sources = [TableSource(table(seed=seed)) for seed in range(4)]
    engines = [CpuEngine(source, memory=memory) for source in sources]
    judges = [Judge(source) for source in sources]
    for low in range(3):
        for engine, judge in zip(engines, judges, strict=True):
            assert_right(engine, judge, specs(between(low, 480)))
            assert_right(engine, judge, specs())
            assert 0 < engine.nbytes <= memory.shelf.nbytes == sum(each.nbytes for each in engines) <= limit
            assert 0 < memory.known.nbytes <= 1 << 20


def test_appending_reaches_the_own_entries_alone():
    memory = Memory()
    sources = [TableSource(table(seed=seed)) for seed in range(2)]
    one, other = (CpuEngine(source, memory=memory) for source in sources)
    for engine in (one, other):
        engine.cubes(specs())
    before = other.nbytes
    one.append(table(500, 9).to_batches()[0])
    assert (other.nbytes, other.rows) == (before, ROWS)
    assert_right(other, OracleEngine(sources[1]), specs(between(100, 300)))


def test_unfiltered_cubes_follow_appended_rows(source):
    engine, oracle = CpuEngine(source), OracleEngine(source)
    for seed in range(1, 4):
        for some in (engine, oracle):
            some.cubes(specs())
            some.append(table(1000 + seed, seed).to_batches()[0])
        assert engine.rows == oracle.rows
        assert_right(engine, oracle, specs())
        assert_right(engine, oracle, specs(between(100, 300)))


def test_what_was_dropped_comes_back_with_the_appended_rows(source):
    engine, oracle = CpuEngine(source, memory=Memory(1)), OracleEngine(source)
    for some in (engine, oracle):
        some.cubes(specs())
        some.append(table(70, 1).to_batches()[0])
    assert_right(engine, oracle, specs(between(100, 300)))


def test_a_batch_that_does_not_fit_changes_nothing(source):
    engine = CpuEngine(source)
    asked = specs(between(100, 300))
    before = engine.cubes(asked)
    batch = table(10, 1).to_batches()[0]
    with pytest.raises(KeyError, match="narrow"):
        engine.append(batch.select(["wide", "name", "whole", "gaps"]))
    with pytest.raises(ValueError, match="parse"):
        engine.append(batch.set_column(0, "wide", pa.array(["x"] * 10)))
    assert engine.rows == ROWS
    for cube, expected in zip(engine.cubes(asked), before, strict=True):
        np.testing.assert_array_equal(cube.count, expected.count)


def test_an_unknown_column_leaves_nothing_behind(source):
    engine = CpuEngine(source)
    with pytest.raises(KeyError):
        engine.cubes([CubeSpec(View((Axis("absent", WIDE),)))])
    with pytest.raises(TypeError):
        engine.cubes([CubeSpec(View((), Measure(Aggregate.SUM, "name")))])
    assert engine.nbytes == 0


def test_cancelling_while_codes_are_made(source):
    cancel = Cancel()

    class Cancelling(TableSource):
        def read(self, column, start=0):
            cancel.set()
            yield from source.read(column, start)

    engine = CpuEngine(Cancelling(table()))
    with pytest.raises(Cancelled):
        engine.cubes(specs(), cancel)
    assert engine.cubes([CubeSpec(View(()))])[0].count[0, 0] == ROWS


def test_kept_cubes_cannot_be_changed(source):
    cube = CpuEngine(source).cubes([CubeSpec(View((NAME,)))])[0]
    with pytest.raises(ValueError, match="read-only"):
        cube.count[0, 0] = 7


def test_many_threads_while_rows_arrive(source):
    engine, asked = (
        CpuEngine(source, memory=Memory(8 * ROWS)),
        CubeSpec(View((NAME,)), (), frozenset([between(1, 500)])),
    )
    batch = table(5000, 9).to_batches()[0]
    oracle = OracleEngine(source)
    right = {ROWS: oracle.cubes([asked])[0].count}
    for count in range(1, 6):
        oracle.append(batch)
        right[ROWS + count * batch.num_rows] = oracle.cubes([asked])[0].count

    def ask(low):
        total, cube = engine.cubes([CubeSpec(View(())), asked])
        engine.cubes(specs(between(low, 503 - low)))
        return int(total.count[0, 0]), cube.count

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, low) for low in range(12)]
        for _ in range(5):
            engine.append(batch)
    for answer in answers:
        rows, count = answer.result()
        np.testing.assert_array_equal(count, right[rows])
