"""Profiles and sketches: exact where they must be, and never a surprise."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.ingest import column_statistics
from datasets.ingest.profiling import SKETCH_BINS, make_label, natural_order
from datasets.storage.store import Store
from tests.unit.hypothesis_examples import with_examples
from tests.unit.trips_dataset import describe_store, make_trips_table, write_store


@pytest.fixture
def profile_values(tmp_path):
    def profile_of(values, name="x"):
        return describe_store(write_store(pa.table({name: values}), tmp_path)).columns[0]

    return profile_of


def test_counts_and_extents_are_exact(tmp_path):
    rows = make_trips_table(5000)
    columns = {column.name: column.profile for column in describe_store(write_store(rows, tmp_path)).columns}
    for name, profile in columns.items():
        assert profile.rows == 5000
        assert profile.nulls == rows[name].null_count
    for name in ("delay", "price", "hour", "longitude"):
        extent = pc.min_max(rows[name])
        assert (columns[name].minimum, columns[name].maximum) == (
            extent["min"].as_py(),
            extent["max"].as_py(),
        )
    counts = dict(
        zip(*(part.to_pylist() for part in pc.value_counts(rows["name"].drop_null()).flatten()), strict=True)
    )
    assert columns["name"].distinct == len(counts)
    assert columns["name"].values == tuple(sorted(counts, key=lambda value: (-counts[value], value)))
    assert columns["weekday"].values == ("Mon", "Tue", "Sun")
    assert columns["weekday"].ordered


def test_distinct_numbers_are_exact_but_for_very_many(profile_values, monkeypatch):
    assert profile_values(np.arange(30_000) % 12_345 / 7).profile.distinct == 12_345
    monkeypatch.setattr(column_statistics, "MAX_EXACT_DISTINCT", 10_000)
    estimate = profile_values(np.arange(30_000) % 12_345 / 7).profile.distinct
    assert estimate % 1000 == 0
    assert estimate == pytest.approx(12_345, rel=0.15)


def test_times_are_milliseconds_rounded_down(profile_values):
    values = pa.array([datetime(1969, 12, 31, 23, 59, 59, 999), None, datetime(1970, 1, 1, 0, 0, 1, 999)])  # noqa: DTZ001
    profile = profile_values(values.cast(pa.timestamp("us"))).profile
    assert (profile.kind, profile.minimum, profile.maximum, profile.nulls) == ("time", -1000.0, 1000.0, 1)


def test_quantiles_leave_the_tails_out(profile_values):
    column = profile_values(np.arange(100_000) / 10)
    assert (column.profile.low, column.profile.high) == pytest.approx((50, 9950), rel=1e-3)
    assert column.middle == pytest.approx((200, 9800), rel=1e-3)


def test_nan_is_no_value_and_infinity_no_extent(profile_values):
    column = profile_values(pa.array([1.0, float("nan"), None, float("inf"), -2.0]))
    profile = column.profile
    assert (profile.nulls, profile.minimum, profile.maximum) == (2, -2.0, 1.0)
    assert sum(column.sketch) == 2


def test_a_column_without_values_has_no_extent(profile_values):
    column = profile_values(pa.array([None, None], pa.float64()))
    assert (column.profile.nulls, column.profile.minimum, column.profile.low) == (2, None, None)
    assert column.sketch == (0,) * SKETCH_BINS
    assert column.middle == (None, None)


def test_at_most_a_thousand_categories_are_kept(profile_values):
    names = [f"{i:04}" for i in range(1500)]
    profile = profile_values(pa.array([*names, *names[:10]], pa.large_string())).profile
    assert profile.distinct == 1500
    assert len(profile.values) == 1000
    assert profile.values[:10] == tuple(names[:10])


def test_sketches_count_the_default_domain(profile_values):
    assert sum(profile_values(np.arange(48.0)).sketch) == 48
    flags = profile_values(pa.array([True, False, None, True]))
    assert flags.sketch == (1, 2)


def test_hours_get_a_bin_each(profile_values):
    column = profile_values(np.repeat(np.arange(24), np.arange(24) + 1))
    assert column.sketch == tuple(range(1, 25))
    assert column.integer_bin_count == 24
    assert column.scale_types == ("linear",)


@pytest.mark.parametrize(
    ("values", "scales"),
    [
        ([0.01, 5.0, 100.0], ("linear", "log")),
        ([0.0, 0.0, 0.01, 5.0, 100.0], ("linear", "log")),
        ([0, 0, 1, 7, 900], ("linear", "log")),
        ([0.0] * 2000 + [1.0, 50.0], ("linear", "log")),
        ([0.0, 0.0], ("linear",)),
        ([-1.0, 5.0], ("linear",)),
        ([-40.0, 0.0, 1.0, 900.0], ("linear",)),
        ([90.0, 110.0], ("linear",)),
    ],
)
def test_a_log_scale_is_offered_where_values_span_magnitudes(profile_values, values, scales):
    assert profile_values(np.array(values)).scale_types == scales


def test_a_log_scale_begins_where_positive_values_do(profile_values):
    few = np.append(np.zeros(50), [0.25, 3.0, 9000.0])
    assert profile_values(few).profile.least_positive == 0.25
    rare = np.append(np.repeat([0.0, 2.0, 500.0], 1000), 1e-12)
    assert profile_values(rare).profile.least_positive == 2.0
    assert profile_values(np.array([-5.0, 0.0])).profile.least_positive is None


@pytest.mark.parametrize(
    "name", ['qu"ote', "dot.ted", "blank name", "größe", "select", "日本", "a;b--", "x'y"]
)
def test_any_name_goes(profile_values, name):
    assert profile_values(np.array([1, 2, 3]), name).profile.maximum == 3


def test_labels():
    assert make_label("dep_delay") == "Dep delay"
    assert make_label("_") == "_"


def test_natural_orders():
    assert natural_order(["Sunday", "Monday"]) == ("Monday", "Sunday")
    assert natural_order(["Feb", "Jan", "Dec"]) == ("Jan", "Feb", "Dec")
    assert natural_order(["Mon", "Monday"]) is None
    assert natural_order(["May"]) is None


def test_the_browser_sees_an_outline(profile_values):
    outline = described_outline = profile_values(np.array([1, 2, 3])).json_outline
    assert described_outline["name"] == "x"
    assert list(outline) == [
        "name", "label", "kind", "integer", "dates", "zone", "distinct", "nulls", "minimum", "maximum",
        "sketch", "scales",
    ]  # fmt: skip


@pytest.mark.parametrize("values", [[9e307, -9e307, 0.0], [5e-324, 1e-323, 5e-324], [2**61] * 3])
def test_the_largest_and_the_smallest_numbers_have_a_sketch(profile_values, values):
    assert sum(profile_values(pa.array(values)).sketch) == 3


def test_times_of_any_century_have_a_sketch(profile_values):
    ancient = profile_values(
        np.arange("0001-01-01", "0001-04-11", dtype="datetime64[D]").astype("datetime64[us]")
    )
    assert ancient.profile.low == pytest.approx(ancient.profile.minimum, abs=1e9)
    assert sum(ancient.sketch) == 100


CASES = Path(__file__).parents[1] / "fixtures" / "cases"


def test_a_number_that_is_not_one_is_missing(profile_values):
    profile = profile_values(pq.read_table(CASES / "p15_nan_null.parquet")["x"]).profile
    assert (profile.nulls, profile.distinct, profile.minimum, profile.maximum) == (2, 5, 0.0, 5.0)


def test_dates_are_profiled_as_days(profile_values):
    column = profile_values(pq.read_table(CASES / "r14_feb_leap.parquet")["d"])
    assert (column.profile.kind, column.profile.dates, column.profile.distinct) == ("time", True, 60)
    assert (column.profile.minimum, column.profile.maximum) == (1580515200000, 1585612800000)
    assert sum(column.sketch) == 60


def test_times_of_a_zone_say_that_they_are_shown_in_utc(profile_values):
    column = profile_values(pa.array([0, 1], pa.timestamp("us", "Europe/Berlin")), "when")
    assert (column.profile.zone, column.label) == ("Europe/Berlin", "When (UTC)")
    assert profile_values(pa.array([0, 1], pa.timestamp("us")), "when").label == "When"


EXTREME_TIMES = (-(2**63) + 1, 2**63 - 1, 0, 1001, -1)


@pytest.mark.parametrize("type_", [pa.timestamp("us"), pa.timestamp("us", "UTC")])
def test_the_farthest_times_have_an_exact_extent(profile_values, type_):
    profile = profile_values(pa.array(EXTREME_TIMES, pa.int64()).view(type_)).profile
    assert (profile.minimum, profile.maximum) == (float(-(2**63) // 1000 + 1), float(2**63 // 1000))
    assert profile.distinct == 5


STORED_VALUES = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1) | st.integers(0, 3),
    pa.float64(): st.floats() | st.sampled_from([0.0, -0.0, 1.5]),
    pa.bool_(): st.booleans(),
    pa.large_string(): st.text(max_size=2),
    pa.date32(): st.integers(-(2**31), 2**31 - 1),
    pa.timestamp("us"): st.integers(-(2**62), 2**62),
}


@st.composite
def stored_columns(draw):
    type_ = draw(st.sampled_from(list(STORED_VALUES)))
    drawn = draw(st.lists(st.none() | STORED_VALUES[type_], min_size=1, max_size=30))
    plain = {"date32[day]": pa.int32(), "timestamp[us]": pa.int64()}.get(str(type_))
    return pa.array(drawn, plain).view(type_) if plain else pa.array(drawn, type_)


@with_examples(40)
@given(values=stored_columns())
def test_statistics_are_those_of_plain_python(tmp_path_factory, values):
    store = write_store(pa.table({"x": values}), tmp_path_factory.mktemp("store"))
    profile = describe_store(store).columns[0].profile
    unit = {"date32[day]": 86_400_000, "timestamp[us]": 1}.get(str(values.type))
    raw = values.cast(pa.int32() if values.type == pa.date32() else pa.int64()) if unit else values
    present = [value for value in raw.to_pylist() if value is not None and value == value]  # noqa: PLR0124
    assert profile.nulls == len(values) - len(present)
    assert profile.distinct == len(set(present))
    if profile.kind in ("number", "time"):
        finite = [value for value in present if math.isfinite(value)]
        least, greatest = (min(finite), max(finite)) if finite else (None, None)
        if values.type == pa.timestamp("us") and finite:
            least, greatest = least // 1000, greatest // 1000
        scaled = [None if bound is None else float(bound * (unit or 1)) for bound in (least, greatest)]
        assert [profile.minimum, profile.maximum] == scaled


def test_many_columns_are_profiled_together(tmp_path, monkeypatch):
    store = write_store(pa.table({f"c{i}": [i, i + 1] for i in range(300)}), tmp_path)
    opened = []
    open_file = Store._open_file
    monkeypatch.setattr(Store, "_open_file", lambda *given: opened.append(1) or open_file(*given))
    columns = describe_store(store).columns
    assert [column.profile.maximum for column in columns] == [i + 1 for i in range(300)]
    assert len(opened) < 10
