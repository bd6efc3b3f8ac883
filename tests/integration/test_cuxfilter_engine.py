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
from gpu.cubes import Aggregate, Axis, Cancel, Cancelled, CubeSpec, Measure, Predicate, View
from gpu.cuxfilter.engine import CuxfilterEngine, UnsupportedError
from gpu.cuxfilter.fallback import Assistant, AssistedEngine, assisted
from gpu.cuxfilter.process import EndedError, ProcessError
from gpu.cuxfilter.worker_client import Counter
from gpu.oracle import OracleEngine
from gpu.scales import Category, Linear
from tests.integration.cuxfilter_worker import counting
from tests.unit.engine_strategies import cube_specs, filters, rights, tables, views
from tests.unit.hypothesis_examples import examples
from tests.unit.table_source import TableSource
from tests.unit.test_engines import (
    FLIGHTS,
    LATE,
    ORIGIN,
    assert_answers_of_oracle,
    assert_equal_cubes,
    batch_of,
)

DELAY = Axis("delay", Linear(lo=0, step=10, levels=2))
TABLES = tables((0, 1, 64, 500))
TWICE = pa.concat_tables([FLIGHTS, FLIGHTS])


@pytest.fixture(scope="module")
def process():
    with pytest.MonkeyPatch.context() as patch, counting() as process:
        patch.setenv("DATABASE_URL", "postgresql://somebody:secret@host/db")
        yield process


def specs(axes=1):
    """Plain views, as Explore asks for while nothing is brushed; of heat maps each statistic is compiled."""
    shown = views(24).filter(lambda view: len(view.axes) <= axes)
    return st.lists(st.builds(CubeSpec, shown, st.just(()), st.frozensets(filter_())), min_size=1, max_size=4)


def filter_():
    return filters().filter(bool).map(lambda some: some[0])


def answered(engine, specs):
    return [spec for spec in specs if engine.refusal(spec) is None]


@examples(6)
@given(TABLES, specs(axes=2))
def test_every_view_it_draws_equals_the_oracle(process, table, specs):
    source = TableSource(table)
    engine = CuxfilterEngine(source, process)
    specs = answered(engine, specs)
    assert_answers_of_oracle(engine.cubes(specs), specs, source)


@examples(4)
@given(TABLES, filters())
def test_masks_equal_the_oracle(process, table, conjunction):
    source = TableSource(table)
    mask = CuxfilterEngine(source, process).mask(conjunction)
    np.testing.assert_array_equal(mask, OracleEngine(source).mask(conjunction))


@examples(4)
@given(TABLES, specs(), st.data())
def test_appended_rows_are_as_if_loaded_with_the_others(process, table, specs, data):
    cut = data.draw(st.integers(0, table.num_rows))
    engine = CuxfilterEngine(TableSource(table.slice(0, cut)), process)
    specs = answered(engine, specs)
    engine.cubes(specs)
    engine.append(batch_of(table.slice(cut)))
    assert_answers_of_oracle(engine.cubes(specs), specs, TableSource(table))
    for cube, expected in zip(
        engine.cubes(specs, rows=range(cut, table.num_rows)),
        OracleEngine(TableSource(table.slice(cut))).cubes(specs),
        strict=True,
    ):
        assert_equal_cubes(cube, expected, TableSource(table))


@examples(4)
@given(TABLES, specs(), rights())
def test_with_rights_it_draws_what_a_dataset_of_the_visible_rows_would_show(process, table, specs, shown):
    source = TableSource(table)
    engine = CuxfilterEngine(source, process)
    specs = [replace(spec, filters=spec.filters | {shown}) for spec in answered(engine, specs)]
    assert_answers_of_oracle(engine.cubes(specs), specs, source)


@examples(4)
@given(TABLES, st.lists(cube_specs(), min_size=1, max_size=4))
def test_what_it_refuses_the_ordinary_engine_answers(process, table, specs):
    source = TableSource(table)
    engine = AssistedEngine(CpuEngine(source), CuxfilterEngine(source, process), Assistant(process))
    assert_answers_of_oracle(engine.cubes(specs), specs, source)
    assert all(engine.drawn_by(spec) is None for spec in specs if spec.active)


def test_cubes_are_refused(process):
    engine = CuxfilterEngine(TableSource(FLIGHTS), process)
    with pytest.raises(UnsupportedError, match="every move of a brush"):
        engine.cubes([CubeSpec(View((ORIGIN,)), (DELAY,))])


def test_sums_of_integers_on_heat_maps_are_refused_and_those_of_floats_are_not(process):
    engine = CuxfilterEngine(TableSource(FLIGHTS), process)
    with pytest.raises(UnsupportedError, match="don't hold every integer"):
        engine.histogram(View((DELAY, ORIGIN), Measure(Aggregate.SUM, "delay")))
    assert engine.histogram(View((DELAY, ORIGIN), Measure(Aggregate.SUM, "air"))).sum.sum() == 7


def test_bounds_of_two_people_never_meet(process):
    """In cuxfilter all dashboards of a process share the bounds of a column: the last one's held for all."""
    source = TableSource(pa.table({"fare": pa.array(np.arange(1000) % 50)}))
    fare = Axis("fare", Linear(lo=0, step=1, levels=50))
    engine, view = CuxfilterEngine(source, process), View((fare,))
    wanted = [((Predicate("fare", fare.scale, ((low, low + 5),)),)) for low in range(1, 41)]
    with ThreadPoolExecutor(4) as people:
        found = list(people.map(lambda kept: engine.histogram(view, [kept]).count.sum(), wanted))
    assert found == [100] * 40


def test_a_category_is_not_taken_for_one_whose_name_has_it_in_it(process):
    """In cuxfilter, selecting "east" selects "northeast" too, and "a.c" what looks like it."""
    names = ("east", "northeast", "a.c", "abc", "$")
    source = TableSource(pa.table({"side": list(names) * 3}))
    side = Axis("side", Category(values=names))
    engine = CuxfilterEngine(source, process)
    for number, _ in enumerate(names):
        chosen = (Predicate("side", side.scale, ((number, number + 1),)),)
        assert engine.histogram(View(()), [chosen]).count.tolist() == [[3]]
    some = (Predicate("side", side.scale, ((0, 1), (2, 3))),)
    assert engine.histogram(View((side,)), [some]).count.tolist() == [[3, 0, 3, 0, 0, 0, 0]]


def test_two_filters_on_one_column_both_hold(process):
    """In cuxfilter they share their bounds; clearing one breaks the other."""
    engine, view = CuxfilterEngine(TableSource(FLIGHTS), process), View((DELAY,))
    first, second = ((Predicate("delay", DELAY.scale, (each,)),) for each in ((0, 3), (2, 4)))
    assert engine.histogram(view, [first, second]).count.tolist() == [[0, 0, 2, 0, 0]]
    assert engine.histogram(view, [second]).count.tolist() == [[0, 0, 2, 1, 0]]


def test_names_of_columns_need_not_be_words(process):
    """cuxfilter writes names into expressions."""
    source = TableSource(pa.table({"a b and 1 == 0 #": [1, 2, 3]}))
    axis = Axis("a b and 1 == 0 #", Linear(lo=0, step=1, levels=4))
    kept = (Predicate(axis.column, axis.scale, ((2, 4),)),)
    assert CuxfilterEngine(source, process).histogram(View((axis,)), [kept]).count.sum() == 2


def test_a_cancelled_computation_ends(process):
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        CuxfilterEngine(TableSource(FLIGHTS), process).cubes([CubeSpec(View((ORIGIN,)))], cancel)


def test_a_process_that_was_killed_is_begun_anew_with_all_it_held(process):
    engine, view = CuxfilterEngine(TableSource(FLIGHTS), process), View((ORIGIN,))
    before = engine.histogram(view, [LATE])
    os.kill(process.id, signal.SIGKILL)
    with pytest.raises(EndedError):
        process.ask("passing", frame="any", filters={})
    assert_equal_cubes(engine.histogram(view, [LATE]), before, TableSource(FLIGHTS))


def test_what_was_used_longest_ago_leaves_a_process_that_is_full_and_comes_again(process, monkeypatch):
    monkeypatch.setattr(process, "_limit", 1)
    sources = [TableSource(FLIGHTS), TableSource(TWICE)]
    engines = [CuxfilterEngine(source, process) for source in sources]
    for engine, source in [*zip(engines, sources, strict=True)] * 2:
        answer = engine.histogram(View((ORIGIN,)), [LATE])
        assert_equal_cubes(answer, OracleEngine(source).histogram(View((ORIGIN,)), [LATE]), source)
        assert [each._frame.name for each in engines if process.keeps(each._frame.name)] == [
            engine._frame.name
        ]
    engines[0].append(batch_of(FLIGHTS))
    assert_equal_cubes(
        engines[0].histogram(View((ORIGIN,))), engines[1].histogram(View((ORIGIN,))), sources[1]
    )


def test_while_it_fails_the_ordinary_engine_answers_and_the_reason_is_told():
    assistant = Assistant(Counter(Path("/nowhere/python"), 1))
    engine, view = assisted(CpuEngine, assistant)(TableSource(FLIGHTS)), CubeSpec(View((ORIGIN,)))
    assert engine.drawn_by(view) == "cuxfilter"
    with capture_logs() as logs:
        engine.append(batch_of(FLIGHTS))
        answers = [engine.cubes([view])[0], engine.cubes([view])[0]]
    for cube in answers:
        assert_equal_cubes(cube, OracleEngine(TableSource(TWICE)).cubes([view])[0], TableSource(TWICE))
    assert assistant.trouble == "/nowhere/python can't be started: No such file or directory."
    assert [(each["log_level"], each["error"]) for each in logs] == [("warning", assistant.trouble)]
    assert engine.drawn_by(view) is None


def test_after_a_rest_it_is_asked_again(process, monkeypatch):
    monkeypatch.setattr("gpu.cuxfilter.fallback.REST", 0)
    assistant = Assistant(process)
    engine = assisted(CpuEngine, assistant)(TableSource(FLIGHTS))
    assistant.failed(ProcessError("it was ill"))
    engine.histogram(View((ORIGIN,)))
    assert assistant.trouble == ""


def test_an_interpreter_without_cuxfilter_says_so(monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    process = Counter(Path(sys.executable), 1)
    with pytest.raises(ProcessError, match=r"cuxfilter can't be loaded by .*: No module named 'cudf'"):
        process.ask("passing")
    process.end()


def test_an_interpreter_that_is_not_there_is_named():
    with pytest.raises(EndedError, match="/nowhere/python can't be started: No such file"):
        Counter(Path("/nowhere/python"), 1).ask("passing")


def test_the_process_is_told_no_secret(process):
    CuxfilterEngine(TableSource(FLIGHTS), process).mask([])
    environment = Path(f"/proc/{process.id}/environ").read_text()
    assert "PATH=" in environment
    assert "secret" not in environment
    assert "DATAXCHANGE" not in environment
