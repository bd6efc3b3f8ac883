import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from datasets.cubes.cache import CubeCache
from datasets.cubes.in_flight import OutdatedError, Rows, Turn
from gpu.cubes import Axis, Cancelled, Cube, CubeSpec, View
from gpu.scales import Category

PATIENCE = 10
LANE = ("ada", "tab1/cube")


def spec(name):
    return CubeSpec(View((Axis(name, Category(values=("a", "b"))),)))


A, B, C = map(spec, "ABC")


class Gated:
    """An engine that starts a pass, says so, and goes on when let; looks at the flag as a real one does."""

    def __init__(self):
        self.passes = []
        self.ranges = []
        self.started = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.cancelled = threading.Semaphore(0)
        self.error = None

    def cubes(self, specs, cancel=None, rows=None):
        self.passes.append(list(specs))
        self.ranges.append(rows)
        self.started.release()
        while not self.gate.acquire(timeout=0.001):
            if cancel.is_set:
                self.cancelled.release()
                raise Cancelled
        if self.error:
            raise self.error
        return [Cube(spec, np.full(spec.shape, 7, np.int64)) for spec in specs]

    @property
    def computed(self):
        return [spec for specs in self.passes for spec in specs]


class Free(Gated):
    """An engine that never waits."""

    def __init__(self):
        super().__init__()
        self.gate = threading.Semaphore(1_000)


@pytest.fixture
def cache():
    cache = CubeCache(1 << 20)
    yield cache
    cache.close()


@pytest.fixture
def people():
    with ThreadPoolExecutor(16) as pool:
        yield pool


def ask(cache, engine, *specs, lane=None, number=0, version="v", rights="all", rows=range(7)):
    return cache.cubes(engine, Rows(version, rights, rows), specs, Turn(lane, number))


def started(engine):
    assert engine.started.acquire(timeout=PATIENCE)


def until(condition):
    for _ in range(10_000):
        if condition():
            return
        threading.Event().wait(0.001)
    pytest.fail("it did not happen")


def waiters(cache, count):
    until(lambda: sum(flight.waiters for flight in set(cache._flights.values())) == count)


def test_answers_in_the_order_asked(cache):
    cells = ask(cache, Free(), A, B)
    assert [array.count.tolist() for array in cells] == [[[7, 7, 7, 7]]] * 2


def test_a_cube_is_computed_once(cache):
    engine = Free()
    first = ask(cache, engine, A, B, A)
    second = ask(cache, engine, B, C)
    assert engine.computed == [A, B, C]
    assert second[0] is first[1]
    assert cache.kept == 3
    assert cache.nbytes == sum(cells.nbytes for cells in (*first[:2], second[1]))


def test_states_share_nothing_and_a_delta_has_the_cells_it_touches(cache):
    engine = Free()
    ask(cache, engine, A)
    (whole,) = ask(cache, engine, A, rows=range(9))
    (delta,) = ask(cache, engine, A, rows=range(7, 9))
    assert engine.ranges == [range(7), range(9), range(7, 9)]
    assert whole.places is None
    assert (delta.places.tolist(), delta.count.tolist()) == ([0, 1, 2, 3], [7, 7, 7, 7])


def test_versions_and_rights_share_nothing(cache):
    engine = Free()
    for version, rights in (("v", "all"), ("v", "some"), ("w", "all")):
        ask(cache, engine, A, version=version, rights=rights)
    assert engine.computed == [A, A, A]


def test_equal_requests_in_flight_share_one_computation(cache, people):
    engine = Gated()
    answers = [people.submit(ask, cache, engine, A, B) for _ in range(8)]
    started(engine)
    waiters(cache, 8)
    engine.gate.release()
    results = [answer.result(PATIENCE) for answer in answers]
    assert engine.passes == [[A, B]]
    assert all(result[0] is results[0][0] for result in results)


def test_requests_that_overlap_compute_only_what_is_new(cache, people):
    engine = Gated()
    one = people.submit(ask, cache, engine, A, B)
    started(engine)
    two = people.submit(ask, cache, engine, B, C)
    started(engine)
    engine.gate.release(2)
    assert two.result(PATIENCE)[0] is one.result(PATIENCE)[1]
    assert engine.passes == [[A, B], [C]]


def test_a_newer_request_ends_the_older_and_its_computation(cache, people):
    engine = Gated()
    older = people.submit(ask, cache, engine, A, lane=LANE)
    started(engine)
    newer = people.submit(ask, cache, engine, B, lane=LANE)
    with pytest.raises(OutdatedError):
        older.result(PATIENCE)
    assert engine.cancelled.acquire(timeout=PATIENCE)
    engine.gate.release()
    assert newer.result(PATIENCE)


def test_a_request_that_arrives_after_a_newer_one_computes_nothing(cache, people):
    engine = Gated()
    newer = people.submit(ask, cache, engine, B, lane=LANE, number=2)
    started(engine)
    with pytest.raises(OutdatedError):
        ask(cache, engine, A, lane=LANE, number=1)
    engine.gate.release()
    assert newer.result(PATIENCE)
    assert engine.computed == [B]


def test_other_lanes_are_left_alone(cache, people):
    engine = Gated()
    mine = people.submit(ask, cache, engine, A, lane=LANE)
    started(engine)
    for other in (("ada", "tab1/ghost"), ("ada", "tab2/cube"), ("bob", "tab1/cube"), None):
        ask(cache, Free(), B, lane=other)
    engine.gate.release()
    assert mine.result(PATIENCE)


def test_a_computation_that_someone_else_waits_for_goes_on(cache, people):
    engine = Gated()
    mine = people.submit(ask, cache, engine, A, lane=LANE)
    started(engine)
    theirs = people.submit(ask, cache, engine, A, lane=("bob", "x"))
    waiters(cache, 2)
    ask(cache, Free(), B, lane=LANE)
    with pytest.raises(OutdatedError):
        mine.result(PATIENCE)
    engine.gate.release()
    assert theirs.result(PATIENCE)
    assert engine.passes == [[A]]


def test_a_newer_request_for_the_same_cube_takes_over_its_computation(cache, people):
    engine = Gated()
    older = people.submit(ask, cache, engine, A, lane=LANE)
    started(engine)
    newer = people.submit(ask, cache, engine, A, lane=LANE)
    with pytest.raises(OutdatedError):
        older.result(PATIENCE)
    engine.gate.release()
    assert newer.result(PATIENCE)
    assert engine.passes == [[A]]


def test_a_cancelled_computation_is_begun_anew_for_whoever_comes_later(cache, people):
    engine = Gated()
    older = people.submit(ask, cache, engine, A, lane=LANE)
    started(engine)
    ask(cache, Free(), B, lane=LANE)
    with pytest.raises(OutdatedError):
        older.result(PATIENCE)
    assert ask(cache, Free(), A)


def test_a_flight_that_never_left_the_queue_is_never_computed(cache, people):
    busy, engine = Gated(), Gated()
    others = [people.submit(ask, cache, busy, spec) for spec in (A, B)]
    started(busy)
    started(busy)
    queued = people.submit(ask, cache, engine, C, lane=LANE)
    waiters(cache, 3)
    newer = people.submit(ask, cache, Free(), spec("D"), lane=LANE)
    with pytest.raises(OutdatedError):
        queued.result(PATIENCE)
    busy.gate.release(2)
    for answer in (*others, newer):
        answer.result(PATIENCE)
    assert engine.passes == []


def test_a_failure_reaches_everyone_who_waits_and_is_not_kept(cache, people):
    engine = Gated()
    engine.error = MemoryError("too large")
    answers = [people.submit(ask, cache, engine, A) for _ in range(3)]
    started(engine)
    waiters(cache, 3)
    engine.gate.release()
    for answer in answers:
        with pytest.raises(MemoryError, match="too large"):
            answer.result(PATIENCE)
    assert ask(cache, Free(), A)


def test_what_is_too_large_to_keep_is_answered_all_the_same():
    cache = CubeCache(1)
    assert ask(cache, Free(), A)[0].count.tolist() == [[7, 7, 7, 7]]
    cache.close()


def test_nothing_is_left_behind(cache):
    ask(cache, Free(), A, B, lane=LANE)
    assert not cache._flights
    assert not cache._lanes._newest


def test_many_people_at_once_compute_every_cube_once(cache, people):
    engine = Free()
    specs = [spec(f"c{i}") for i in range(20)]
    answers = [people.submit(ask, cache, engine, *specs[i : i + 5]) for i in range(16) for _ in range(4)]
    for answer in answers:
        assert len(answer.result(PATIENCE)) == 5
    assert sorted(s.view.axes[0].column for s in engine.computed) == sorted(f"c{i}" for i in range(20))
