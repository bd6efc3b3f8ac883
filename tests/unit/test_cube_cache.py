import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from datasets.cubes.cache import CubeCache
from datasets.cubes.in_flight import RequestTicket, RowScope, SupersededError
from gpu.cubes import Axis, Cancelled, Cube, CubeSpec, ViewSpec
from gpu.scales import CategoryScale

TIMEOUT = 10
LANE = ("ada", "tab1/cube")


def make_spec(name):
    return CubeSpec(ViewSpec((Axis(name, CategoryScale(values=("a", "b"))),)))


A, B, C = map(make_spec, "ABC")


class GatedEngine:
    """An engine that starts a pass, says so, and goes on when let; looks at the flag as a real one does."""

    def __init__(self):
        self.passes = []
        self.ranges = []
        self.started = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.cancelled = threading.Semaphore(0)
        self.error = None

    def compute_cubes(self, specs, cancel=None, rows=None):
        self.passes.append(list(specs))
        self.ranges.append(rows)
        self.started.release()
        while not self.gate.acquire(timeout=0.001):
            if cancel.is_cancelled:
                self.cancelled.release()
                raise Cancelled
        if self.error:
            raise self.error
        return [Cube(spec, np.full(spec.shape, 7, np.int64)) for spec in specs]

    @property
    def computed_specs(self):
        return [spec for specs in self.passes for spec in specs]


class UngatedEngine(GatedEngine):
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
def thread_pool():
    with ThreadPoolExecutor(16) as pool:
        yield pool


def request_cubes(cache, engine, *specs, lane=None, number=0, version="v", rights="all", rows=range(7)):
    return cache.get_cubes(engine, RowScope(version, rights, rows), specs, RequestTicket(lane, number))


def wait_until_started(engine):
    assert engine.started.acquire(timeout=TIMEOUT)


def wait_until(condition):
    for _ in range(10_000):
        if condition():
            return
        threading.Event().wait(0.001)
    pytest.fail("it did not happen")


def wait_for_waiters(cache, count):
    wait_until(lambda: sum(computation.waiters for computation in set(cache._computations.values())) == count)


def test_answers_in_the_order_asked(cache):
    cells = request_cubes(cache, UngatedEngine(), A, B)
    assert [array.count.tolist() for array in cells] == [[[7, 7, 7, 7]]] * 2


def test_a_cube_is_computed_once(cache):
    engine = UngatedEngine()
    first = request_cubes(cache, engine, A, B, A)
    second = request_cubes(cache, engine, B, C)
    assert engine.computed_specs == [A, B, C]
    assert second[0] is first[1]
    assert cache.cube_count == 3
    assert cache.nbytes == sum(cells.nbytes for cells in (*first[:2], second[1]))


def test_states_share_nothing_and_a_delta_has_the_cells_it_touches(cache):
    engine = UngatedEngine()
    request_cubes(cache, engine, A)
    (whole,) = request_cubes(cache, engine, A, rows=range(9))
    (delta,) = request_cubes(cache, engine, A, rows=range(7, 9))
    assert engine.ranges == [range(7), range(9), range(7, 9)]
    assert whole.cell_indices is None
    assert (delta.cell_indices.tolist(), delta.count.tolist()) == ([0, 1, 2, 3], [7, 7, 7, 7])


def test_versions_and_rights_share_nothing(cache):
    engine = UngatedEngine()
    for version, rights in (("v", "all"), ("v", "some"), ("w", "all")):
        request_cubes(cache, engine, A, version=version, rights=rights)
    assert engine.computed_specs == [A, A, A]


def test_equal_requests_in_flight_share_one_computation(cache, thread_pool):
    engine = GatedEngine()
    answers = [thread_pool.submit(request_cubes, cache, engine, A, B) for _ in range(8)]
    wait_until_started(engine)
    wait_for_waiters(cache, 8)
    engine.gate.release()
    results = [answer.result(TIMEOUT) for answer in answers]
    assert engine.passes == [[A, B]]
    assert all(result[0] is results[0][0] for result in results)


def test_requests_that_overlap_compute_only_what_is_new(cache, thread_pool):
    engine = GatedEngine()
    one = thread_pool.submit(request_cubes, cache, engine, A, B)
    wait_until_started(engine)
    two = thread_pool.submit(request_cubes, cache, engine, B, C)
    wait_until_started(engine)
    engine.gate.release(2)
    assert two.result(TIMEOUT)[0] is one.result(TIMEOUT)[1]
    assert engine.passes == [[A, B], [C]]


def test_a_newer_request_ends_the_older_and_its_computation(cache, thread_pool):
    engine = GatedEngine()
    older = thread_pool.submit(request_cubes, cache, engine, A, lane=LANE)
    wait_until_started(engine)
    newer = thread_pool.submit(request_cubes, cache, engine, B, lane=LANE)
    with pytest.raises(SupersededError):
        older.result(TIMEOUT)
    assert engine.cancelled.acquire(timeout=TIMEOUT)
    engine.gate.release()
    assert newer.result(TIMEOUT)


def test_a_request_that_arrives_after_a_newer_one_computes_nothing(cache, thread_pool):
    engine = GatedEngine()
    newer = thread_pool.submit(request_cubes, cache, engine, B, lane=LANE, number=2)
    wait_until_started(engine)
    with pytest.raises(SupersededError):
        request_cubes(cache, engine, A, lane=LANE, number=1)
    engine.gate.release()
    assert newer.result(TIMEOUT)
    assert engine.computed_specs == [B]


def test_requests_of_other_lanes_are_not_superseded(cache, thread_pool):
    engine = GatedEngine()
    mine = thread_pool.submit(request_cubes, cache, engine, A, lane=LANE)
    wait_until_started(engine)
    for other in (("ada", "tab1/ghost"), ("ada", "tab2/cube"), ("bob", "tab1/cube"), None):
        request_cubes(cache, UngatedEngine(), B, lane=other)
    engine.gate.release()
    assert mine.result(TIMEOUT)


def test_a_computation_that_someone_else_waits_for_goes_on(cache, thread_pool):
    engine = GatedEngine()
    mine = thread_pool.submit(request_cubes, cache, engine, A, lane=LANE)
    wait_until_started(engine)
    theirs = thread_pool.submit(request_cubes, cache, engine, A, lane=("bob", "x"))
    wait_for_waiters(cache, 2)
    request_cubes(cache, UngatedEngine(), B, lane=LANE)
    with pytest.raises(SupersededError):
        mine.result(TIMEOUT)
    engine.gate.release()
    assert theirs.result(TIMEOUT)
    assert engine.passes == [[A]]


def test_a_newer_request_for_the_same_cube_takes_over_its_computation(cache, thread_pool):
    engine = GatedEngine()
    older = thread_pool.submit(request_cubes, cache, engine, A, lane=LANE)
    wait_until_started(engine)
    newer = thread_pool.submit(request_cubes, cache, engine, A, lane=LANE)
    with pytest.raises(SupersededError):
        older.result(TIMEOUT)
    engine.gate.release()
    assert newer.result(TIMEOUT)
    assert engine.passes == [[A]]


def test_a_cancelled_computation_is_begun_anew_for_whoever_comes_later(cache, thread_pool):
    engine = GatedEngine()
    older = thread_pool.submit(request_cubes, cache, engine, A, lane=LANE)
    wait_until_started(engine)
    request_cubes(cache, UngatedEngine(), B, lane=LANE)
    with pytest.raises(SupersededError):
        older.result(TIMEOUT)
    assert request_cubes(cache, UngatedEngine(), A)


def test_a_queued_computation_that_nobody_waits_for_never_starts(cache, thread_pool):
    busy, engine = GatedEngine(), GatedEngine()
    others = [thread_pool.submit(request_cubes, cache, busy, spec) for spec in (A, B)]
    wait_until_started(busy)
    wait_until_started(busy)
    queued = thread_pool.submit(request_cubes, cache, engine, C, lane=LANE)
    wait_for_waiters(cache, 3)
    newer = thread_pool.submit(request_cubes, cache, UngatedEngine(), make_spec("D"), lane=LANE)
    with pytest.raises(SupersededError):
        queued.result(TIMEOUT)
    busy.gate.release(2)
    for answer in (*others, newer):
        answer.result(TIMEOUT)
    assert engine.passes == []


def test_a_failure_reaches_everyone_who_waits_and_is_not_kept(cache, thread_pool):
    engine = GatedEngine()
    engine.error = MemoryError("too large")
    answers = [thread_pool.submit(request_cubes, cache, engine, A) for _ in range(3)]
    wait_until_started(engine)
    wait_for_waiters(cache, 3)
    engine.gate.release()
    for answer in answers:
        with pytest.raises(MemoryError, match="too large"):
            answer.result(TIMEOUT)
    assert request_cubes(cache, UngatedEngine(), A)


def test_what_is_too_large_to_keep_is_answered_all_the_same():
    cache = CubeCache(1)
    assert request_cubes(cache, UngatedEngine(), A)[0].count.tolist() == [[7, 7, 7, 7]]
    cache.close()


def test_nothing_is_left_behind(cache):
    request_cubes(cache, UngatedEngine(), A, B, lane=LANE)
    assert not cache._computations
    assert not cache._latest_requests._newest


def test_many_people_at_once_compute_every_cube_once(cache, thread_pool):
    engine = UngatedEngine()
    specs = [make_spec(f"c{i}") for i in range(20)]
    answers = [
        thread_pool.submit(request_cubes, cache, engine, *specs[i : i + 5])
        for i in range(16)
        for _ in range(4)
    ]
    for answer in answers:
        assert len(answer.result(TIMEOUT)) == 5
    assert sorted(s.view.axes[0].column for s in engine.computed_specs) == sorted(f"c{i}" for i in range(20))
