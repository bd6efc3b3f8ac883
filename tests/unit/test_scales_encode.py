"""Encoding against a slow judge: Python's own exact numbers, value by value."""

from __future__ import annotations

import math
from bisect import bisect_right
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu.scales import BooleanScale, CategoryScale, EdgesScale, LinearScale, TimeScale
from tests.unit.engine_strategies import edge_scales, linear_scales, log_scales, time_scales
from tests.unit.hypothesis_examples import with_examples

INTEGERS = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())
FLOATS = (pa.float16(), pa.float32(), pa.float64())
DECIMALS = (pa.decimal128(5, 1), pa.decimal128(38, 3), pa.decimal128(20, -2), pa.decimal256(60, 3))
TICKS = {"s": Fraction(1, 1000), "ms": Fraction(1), "us": Fraction(1000), "ns": Fraction(1_000_000)}


def assert_codes(scale, values, exact_values):
    """``exact_values`` are the values as Fractions or infinities, None for a missing one."""
    edges = [Fraction(float(edge)) for edge in scale.edges]
    codes = scale.encode(values)
    assert codes.dtype == scale.dtype
    assert codes.shape == (len(values),)
    assert codes.tolist() == [
        scale.code_count - 1 if value is None else bisect_right(edges, value) for value in exact_values
    ]


def ticks_around_edges(scale, ticks=Fraction(1)):
    """Whole numbers of ticks at and beside the edges, and the extremes of int64."""
    near = {math.floor(Fraction(float(edge)) * ticks) + d for edge in scale.edges[::7] for d in (-1, 0, 1, 2)}
    return sorted(near | {0, -(2**63), 2**63 - 1, 2**63, 2**64 - 1})


def values_within_type(values, kind):
    bounds = np.iinfo(kind.to_pandas_dtype())
    return [value for value in values if bounds.min <= value <= bounds.max]


def parse_milliseconds(text):
    return int(np.datetime64(text, "ms").astype(np.int64))


number_scales = linear_scales() | log_scales() | edge_scales()


@with_examples(60)
@given(number_scales, st.sampled_from(INTEGERS))
def test_integers_are_judged_exactly(scale, kind):
    values = [*values_within_type(ticks_around_edges(scale), kind), None]
    assert_codes(scale, pa.array(values, kind), [None if v is None else Fraction(v) for v in values])


@with_examples(60)
@given(number_scales, st.sampled_from(FLOATS))
def test_floats_are_judged_exactly(scale, kind):
    dtype = kind.to_pandas_dtype()
    with np.errstate(over="ignore"):
        edges = scale.edges.astype(dtype)
        values = np.concatenate(
            [edges, np.nextafter(edges, dtype(-np.inf)), np.nextafter(edges, dtype(np.inf))]
        )
    values = np.append(values, [0, -0.0, np.inf, -np.inf, np.nan]).astype(dtype)
    exact = [None if np.isnan(v) else float(v) if np.isinf(v) else Fraction(float(v)) for v in values]
    assert_codes(scale, pa.array(values, kind, from_pandas=False), exact)
    assert_codes(scale, pa.array(values, kind, mask=np.ones(values.size, bool)), [None] * values.size)


@with_examples(60)
@given(number_scales, st.sampled_from(DECIMALS))
def test_decimals_are_judged_exactly(scale, kind):
    quantum = Fraction(10) ** kind.scale
    unscaled = [v for v in ticks_around_edges(scale, quantum) if abs(v) < 10**kind.precision] + [
        10**kind.precision - 1
    ]
    numbers = [Decimal(f"{v}e{-kind.scale}") for v in unscaled]
    assert_codes(scale, pa.array([*numbers, None], kind), [*(v / quantum for v in unscaled), None])


def test_decimals_within_int64_and_beyond_agree():
    scale = LinearScale(lo=0, step=1, levels=10)
    narrow = pa.array([Decimal("-0.1"), None, Decimal("9.9"), Decimal(10)], pa.decimal128(38, 1))
    wide = pa.concat_arrays([narrow, pa.array([Decimal(10) ** 30], narrow.type)])
    assert scale.encode(narrow.slice(1)).tolist() == [12, 10, 11]
    assert scale.encode(wide).tolist() == [0, 12, 10, 11, 11]


time_and_edges = time_scales() | edge_scales(temporal=True)


@with_examples(60)
@given(time_and_edges, st.sampled_from(list(TICKS)), st.sampled_from([None, "UTC", "Europe/Berlin"]))
def test_instants_are_judged_exactly(scale, unit, zone):
    ticks = TICKS[unit]
    values = [*values_within_type(ticks_around_edges(scale, ticks), pa.int64()), None]
    instants = pa.array(values, pa.int64()).cast(pa.timestamp(unit, zone))
    assert_codes(scale, instants, [None if v is None else v / ticks for v in values])


@with_examples(60)
@given(time_and_edges)
def test_dates_are_judged_exactly(scale):
    days = values_within_type(ticks_around_edges(scale, Fraction(1, 86_400_000)), pa.int32())
    exact = [Fraction(day * 86_400_000) for day in days]
    dates = pa.array(np.array(days, np.int32)).cast(pa.date32())
    assert_codes(scale, dates, exact)
    assert_codes(scale, dates.cast(pa.date64()), exact)


def test_thresholds_beyond_the_type_are_always_or_never_reached():
    scale = LinearScale(lo=-1e19, step=1e18, levels=20)
    values = pa.array([-(2**63), -1, 0, 2**63 - 1])
    assert scale.encode(values).tolist() == [1, 10, 11, 20]
    beyond = EdgesScale(values=(-1e300, 1e300))
    assert beyond.encode(pa.array([0, 255], pa.uint8())).tolist() == [1, 1]
    ages = TimeScale(unit="1000y", start=parse_milliseconds("-1000"), stop=parse_milliseconds("9000"))
    assert ages.encode(pa.array([-(2**63), 0, 2**63 - 1], pa.timestamp("ns"))).tolist() == [3, 3, 4]


@pytest.mark.parametrize("scale", [LinearScale(lo=0, step=0.1, levels=30), EdgesScale(values=(0.3,))])
def test_decimal_steps_fall_on_the_numbers_people_write(scale):
    assert 0.3 in scale.edges
    assert scale.encode(pa.array([0.3])) == scale.encode(pa.array([0.35]))


def test_any_slice_encodes_as_it_would_alone():
    values = pa.array([1.5, None, float("nan"), 7, -1, 99])
    scale = LinearScale(lo=0, step=1, levels=10)
    whole = scale.encode(values)
    assert whole.tolist() == [2, 12, 12, 8, 0, 11]
    for start in range(7):
        assert scale.encode(values.slice(start)).tolist() == whole[start:].tolist()


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
    ids=str,
)
def test_categories_others_and_missing_ones_have_codes(kind):
    values = pa.array(["b", None, "a", "zz", "b"]).cast(kind)
    scale = CategoryScale(values=("a", "b"))
    assert scale.encode(values).tolist() == [1, 3, 0, 2, 1]
    assert scale.encode(values.slice(2)).tolist() == [0, 2, 1]
    assert scale.encode(values.slice(0, 0)).tolist() == []
    assert CategoryScale(values=()).encode(values).tolist() == [0, 1, 0, 0, 0]


def test_a_dictionary_may_hold_nulls_and_repeat_values():
    values = pa.DictionaryArray.from_arrays([0, 1, 2, None], pa.array(["a", None, "a"]), safe=False)
    assert CategoryScale(values=("a",)).encode(values).tolist() == [0, 2, 0, 2]


@pytest.mark.parametrize(("indices", "count"), [(pa.int8(), 128), (pa.uint8(), 256), (pa.int16(), 300)])
def test_a_dictionary_may_be_full(indices, count):
    names = [f"n{i}" for i in range(count)]
    values = pa.array([*names, None]).cast(pa.dictionary(indices, pa.string()))
    assert CategoryScale(values=tuple(names)).encode(values).tolist() == [*range(count), count + 1]


def test_numbers_can_be_categories_by_their_text():
    assert CategoryScale(values=("7", "12")).encode(pa.array([12, 7, 8, None])).tolist() == [1, 0, 2, 3]


def test_more_than_256_codes_take_two_bytes():
    names = tuple(f"n{i}" for i in range(300))
    assert CategoryScale(values=names).encode(pa.array(names)).tolist() == list(range(300))
    assert CategoryScale(values=names[:254]).dtype == np.uint8
    assert CategoryScale(values=names[:255]).dtype == np.uint16


def test_booleans():
    codes = BooleanScale().encode(pa.array([True, None, False]))
    assert codes.tolist() == [1, 2, 0]
    assert codes.dtype == np.uint8


@pytest.mark.parametrize(
    ("scale", "values"),
    [
        (LinearScale(lo=0, step=1, levels=1), pa.array(["a"])),
        (LinearScale(lo=0, step=1, levels=1), pa.array([0], pa.timestamp("s"))),
        (TimeScale(unit="1d", start=0, stop=86_400_000), pa.array([1])),
        (CategoryScale(values=("a",)), pa.array([["a"]])),
        (BooleanScale(), pa.array([1])),
    ],
)
def test_values_of_another_kind_are_refused(scale, values):
    with pytest.raises(TypeError, match="expected, found"):
        scale.encode(values)
