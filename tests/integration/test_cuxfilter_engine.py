"""cuxfilter as an engine: the real package, over pandas for cuDF, against the oracle, cell for cell."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gpu.cpu import CpuEngine
from gpu.cubes import Aggregate, Axis, Cancelled, CancelToken, CubeSpec, MeasureSpec, Predicate, ViewSpec
from gpu.cuxfilter.engine import CuxfilterEngine, UnsupportedCubeError
from gpu.cuxfilter.fallback import CuxfilterWithFallback, WorkerHealth, with_cuxfilter
from gpu.cuxfilter.process import WorkerEndedError, WorkerError
from gpu.cuxfilter.worker_client import WorkerClient
from gpu.oracle import OracleEngine
from gpu.scales import CategoryScale, LinearScale
from tests.integration.cuxfilter_worker import run_worker
from tests.unit.engine_strategies import arrow_tables, cube_specs, cube_views, filter_lists, row_rights
from tests.unit.hypothesis_examples import with_examples
from tests.unit.table_source import TableSource
from tests.unit.test_engines import (
    FLIGHTS,
    LATE,
    ORIGIN,
    assert_equal_cubes,
    assert_equals_oracle,
    make_batch,
)

DELAY = Axis("delay", LinearScale(lo=0, step=10, levels=2))
SMALL_TABLES = arrow_tables((0, 1, 64, 500))
FLIGHTS_TWICE = pa.concat_tables([FLIGHTS, FLIGHTS])


@pytest.fixture(scope="module")
def worker():
    with pytest.MonkeyPatch.context() as patch, run_worker() as process:
        patch.setenv("DATABASE_URL", "postgresql://somebody:secret@host/db")
        yield process


def plain_view_specs(axes=1):
    """Plain views, as Explore asks for while nothing is brushed; of heat maps each statistic is compiled."""
    shown = cube_views(24).filter(lambda view: len(view.axes) <= axes)
    return st.lists(
        st.builds(CubeSpec, shown, st.just(()), st.frozensets(single_filters())), min_size=1, max_size=4
    )


def single_filters():
    return filter_lists().filter(bool).map(lambda some: some[0])


def list_answered_specs(engine, specs):
    return [spec for spec in specs if engine.refusal_reason(spec) is None]


@with_examples(6)
@given(SMALL_TABLES, plain_view_specs(axes=2))
def test_every_view_it_draws_equals_the_oracle(worker, table, specs):
    source = TableSource(table)
    engine = CuxfilterEngine(source, worker)
    specs = list_answered_specs(engine, specs)
    assert_equals_oracle(engine.compute_cubes(specs), specs, source)


@with_examples(4)
@given(SMALL_TABLES, filter_lists())
def test_masks_equal_the_oracle(worker, table, conjunction):
    source = TableSource(table)
    mask = CuxfilterEngine(source, worker).compute_mask(conjunction)
    np.testing.assert_array_equal(mask, OracleEngine(source).compute_mask(conjunction))


@with_examples(4)
@given(SMALL_TABLES, plain_view_specs(), st.data())
def test_appended_rows_are_as_if_loaded_with_the_others(worker, table, specs, data):
    cut = data.draw(st.integers(0, table.num_rows))
    engine = CuxfilterEngine(TableSource(table.slice(0, cut)), worker)
    specs = list_answered_specs(engine, specs)
    engine.compute_cubes(specs)
    engine.append_rows(make_batch(table.slice(cut)))
    assert_equals_oracle(engine.compute_cubes(specs), specs, TableSource(table))
    for cube, expected in zip(
        engine.compute_cubes(specs, rows=range(cut, table.num_rows)),
        OracleEngine(TableSource(table.slice(cut))).compute_cubes(specs),
        strict=True,
    ):
        assert_equal_cubes(cube, expected, TableSource(table))


@with_examples(4)
@given(SMALL_TABLES, plain_view_specs(), row_rights())
def test_with_rights_it_draws_what_a_dataset_of_the_visible_rows_would_show(worker, table, specs, shown):
    source = TableSource(table)
    engine = CuxfilterEngine(source, worker)
    specs = [replace(spec, filters=spec.filters | {shown}) for spec in list_answered_specs(engine, specs)]
    assert_equals_oracle(engine.compute_cubes(specs), specs, source)


@with_examples(4)
@given(SMALL_TABLES, st.lists(cube_specs(), min_size=1, max_size=4))
def test_what_it_refuses_the_ordinary_engine_answers(worker, table, specs):
    source = TableSource(table)
    engine = CuxfilterWithFallback(CpuEngine(source), CuxfilterEngine(source, worker), WorkerHealth(worker))
    assert_equals_oracle(engine.compute_cubes(specs), specs, source)
    assert all(engine.engine_name_for(spec) is None for spec in specs if spec.active)


def test_cubes_are_refused(worker):
    engine = CuxfilterEngine(TableSource(FLIGHTS), worker)
    with pytest.raises(UnsupportedCubeError, match="every move of a brush"):
        engine.compute_cubes([CubeSpec(ViewSpec((ORIGIN,)), (DELAY,))])


def test_sums_of_integers_on_heat_maps_are_refused_and_those_of_floats_are_not(worker):
    engine = CuxfilterEngine(TableSource(FLIGHTS), worker)
    with pytest.raises(UnsupportedCubeError, match="sum integers as floats"):
        engine.compute_histogram(ViewSpec((DELAY, ORIGIN), MeasureSpec(Aggregate.SUM, "delay")))
    assert (
        engine.compute_histogram(ViewSpec((DELAY, ORIGIN), MeasureSpec(Aggregate.SUM, "air"))).sum.sum() == 7
    )


def test_sums_that_int64_may_not_hold_are_refused_until_and_after_rows_are_appended(worker):
    schema = pa.schema({"n": pa.int64()})
    engine = CuxfilterEngine(TableSource(pa.table({"n": [2**61, -5]}, schema)), worker)
    total, least = (CubeSpec(ViewSpec((), MeasureSpec(kind, "n"))) for kind in (Aggregate.SUM, Aggregate.MIN))
    assert engine.compute_cubes([total])[0].sum.tolist() == [[2**61 - 5]]
    engine.append_rows(pa.RecordBatch.from_pylist([{"n": -(2**63)}, {"n": None}], schema))
    with pytest.raises(UnsupportedCubeError, match="may exceed"):
        engine.compute_cubes([total])
    assert engine.refusal_reason(least) is None


def test_bounds_of_two_people_never_meet(worker):
    """In cuxfilter all dashboards of a process share the bounds of a column: the last one's held for all."""
    source = TableSource(pa.table({"fare": pa.array(np.arange(1000) % 50)}))
    fare = Axis("fare", LinearScale(lo=0, step=1, levels=50))
    engine, view = CuxfilterEngine(source, worker), ViewSpec((fare,))
    wanted = [((Predicate("fare", fare.scale, ((low, low + 5),)),)) for low in range(1, 41)]
    with ThreadPoolExecutor(4) as people:
        found = list(people.map(lambda kept: engine.compute_histogram(view, [kept]).count.sum(), wanted))
    assert found == [100] * 40


def test_a_category_is_not_taken_for_one_whose_name_has_it_in_it(worker):
    """In cuxfilter, selecting "east" selects "northeast" too, and "a.c" what looks like it."""
    names = ("east", "northeast", "a.c", "abc", "$")
    source = TableSource(pa.table({"side": list(names) * 3}))
    side = Axis("side", CategoryScale(values=names))
    engine = CuxfilterEngine(source, worker)
    for number, _ in enumerate(names):
        chosen = (Predicate("side", side.scale, ((number, number + 1),)),)
        assert engine.compute_histogram(ViewSpec(()), [chosen]).count.tolist() == [[3]]
    some = (Predicate("side", side.scale, ((0, 1), (2, 3))),)
    assert engine.compute_histogram(ViewSpec((side,)), [some]).count.tolist() == [[3, 0, 3, 0, 0, 0, 0]]


def test_two_filters_on_one_column_both_hold(worker):
    """In cuxfilter they share their bounds; clearing one breaks the other."""
    engine, view = CuxfilterEngine(TableSource(FLIGHTS), worker), ViewSpec((DELAY,))
    first, second = ((Predicate("delay", DELAY.scale, (each,)),) for each in ((0, 3), (2, 4)))
    assert engine.compute_histogram(view, [first, second]).count.tolist() == [[0, 0, 2, 0, 0]]
    assert engine.compute_histogram(view, [second]).count.tolist() == [[0, 0, 2, 1, 0]]


def test_names_of_columns_need_not_be_words(worker):
    """cuxfilter writes names into expressions."""
    source = TableSource(pa.table({"a b and 1 == 0 #": [1, 2, 3]}))
    axis = Axis("a b and 1 == 0 #", LinearScale(lo=0, step=1, levels=4))
    kept = (Predicate(axis.column, axis.scale, ((2, 4),)),)
    assert CuxfilterEngine(source, worker).compute_histogram(ViewSpec((axis,)), [kept]).count.sum() == 2


def test_a_cancelled_computation_ends(worker):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        CuxfilterEngine(TableSource(FLIGHTS), worker).compute_cubes([CubeSpec(ViewSpec((ORIGIN,)))], cancel)


def test_a_process_that_was_killed_is_begun_anew_with_all_it_held(worker):
    engine, view = CuxfilterEngine(TableSource(FLIGHTS), worker), ViewSpec((ORIGIN,))
    before = engine.compute_histogram(view, [LATE])
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(WorkerEndedError):
        worker.send_request("passing", frame="any", filters={})
    assert_equal_cubes(engine.compute_histogram(view, [LATE]), before, TableSource(FLIGHTS))


def test_what_was_used_longest_ago_leaves_a_process_that_is_full_and_comes_again(worker, monkeypatch):
    monkeypatch.setattr(worker._frames, "max_bytes", 1)
    sources = [TableSource(FLIGHTS), TableSource(FLIGHTS_TWICE)]
    engines = [CuxfilterEngine(source, worker) for source in sources]
    for engine, source in [*zip(engines, sources, strict=True)] * 2:
        answer = engine.compute_histogram(ViewSpec((ORIGIN,)), [LATE])
        assert_equal_cubes(
            answer, OracleEngine(source).compute_histogram(ViewSpec((ORIGIN,)), [LATE]), source
        )
        assert [each._frame.name for each in engines if worker.has_frame(each._frame.name)] == [
            engine._frame.name
        ]
    engines[0].append_rows(make_batch(FLIGHTS))
    assert_equal_cubes(
        engines[0].compute_histogram(ViewSpec((ORIGIN,))),
        engines[1].compute_histogram(ViewSpec((ORIGIN,))),
        sources[1],
    )


def test_while_it_fails_the_ordinary_engine_answers_and_the_reason_is_told():
    assistant = WorkerHealth(WorkerClient(Path("/nowhere/python"), 1))
    engine, view = with_cuxfilter(CpuEngine, assistant)(TableSource(FLIGHTS)), CubeSpec(ViewSpec((ORIGIN,)))
    assert engine.engine_name_for(view) == "cuxfilter"
    with capture_logs() as logs:
        engine.append_rows(make_batch(FLIGHTS))
        answers = [engine.compute_cubes([view])[0], engine.compute_cubes([view])[0]]
    for cube in answers:
        assert_equal_cubes(
            cube,
            OracleEngine(TableSource(FLIGHTS_TWICE)).compute_cubes([view])[0],
            TableSource(FLIGHTS_TWICE),
        )
    assert assistant.last_error == "/nowhere/python can't be started: No such file or directory."
    assert [(each["log_level"], each["error"]) for each in logs] == [("warning", assistant.last_error)]
    assert engine.engine_name_for(view) is None


def test_after_a_pause_cuxfilter_is_used_again(worker, monkeypatch):
    monkeypatch.setattr("gpu.cuxfilter.fallback.RETRY_AFTER", 0)
    assistant = WorkerHealth(worker)
    engine = with_cuxfilter(CpuEngine, assistant)(TableSource(FLIGHTS))
    assistant.record_failure(WorkerError("it was ill"))
    engine.compute_histogram(ViewSpec((ORIGIN,)))
    assert assistant.last_error == ""


def test_an_interpreter_without_cuxfilter_says_so(monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    process = WorkerClient(Path(sys.executable), 1)
    with pytest.raises(
        WorkerError, match=r"cuxfilter can't be loaded by .*: ModuleNotFoundError: No module named 'cudf'"
    ):
        process.send_request("passing")
    process.kill_worker()


@pytest.mark.parametrize(
    "error", ["PermissionError(13, '/.cupy')", "RuntimeError('cudaErrorNoDevice')", "MemoryError('full')"]
)
def test_an_interpreter_in_which_cuxfilter_does_not_work_says_why(monkeypatch, tmp_path, error):
    (tmp_path / "cudf.py").write_text(f"raise {error}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = WorkerClient(Path(sys.executable), 1)
    with pytest.raises(WorkerError, match=rf"can't be loaded by .*: {error.split('(', 1)[0]}: "):
        process.send_request("passing")
    process.kill_worker()


def test_an_interpreter_that_is_not_there_is_named():
    with pytest.raises(WorkerEndedError, match="/nowhere/python can't be started: No such file"):
        WorkerClient(Path("/nowhere/python"), 1).send_request("passing")


def test_the_process_is_told_no_secret(worker):
    CuxfilterEngine(TableSource(FLIGHTS), worker).compute_mask([])
    environment = Path(f"/proc/{worker.pid}/environ").read_text()
    assert "PATH=" in environment
    assert "secret" not in environment
    assert "DATAXCHANGE" not in environment
