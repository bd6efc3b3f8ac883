"""The arithmetic of the audit log: one JSON a value, one hash an entry."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.audit import chain
from accounts.audit.log import clean_text

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
short_texts = st.text(max_size=8)
entries = st.fixed_dictionaries(
    dict.fromkeys(chain.HASHED_FIELDS, short_texts)
    | {
        "number": st.integers(1, 2**62),
        "moment": st.datetimes(timezones=st.just(UTC)),
        "actor_id": st.none() | st.integers(1, 9),
        "details": st.dictionaries(short_texts, json_values, max_size=3),
    }
)


def round_trip_json(value):
    """A value as a database gives it back."""
    return json.loads(json.dumps(value))


@settings(max_examples=40)
@given(json_values)
def test_what_was_stored_reads_the_same(value):
    assert chain.canonical_json(round_trip_json(value)) == chain.canonical_json(value)
    assert round_trip_json(
        json.loads(chain.canonical_json(value).decode("utf-8", "surrogatepass"))
    ) == round_trip_json(value)


@settings(max_examples=40)
@given(st.dictionaries(short_texts, json_values))
def test_the_order_of_keys_does_not_matter(value):
    assert chain.canonical_json(dict(reversed(value.items()))) == chain.canonical_json(value)


def test_the_form_is_the_standards():
    value = {"é": [1, True, None], "a": "\u20ac\n", "A": {}}
    assert chain.canonical_json(value) == '{"A":{},"a":"€\\n","é":[1,true,null]}'.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        chain.canonical_json(float("nan"))


@settings(max_examples=40)
@given(entries, entries)
def test_two_entries_never_have_one_hash(one, other):
    assume(one != other)
    assert chain.compute_entry_hash(b"key", "0", one) != chain.compute_entry_hash(b"key", "0", other)


@settings(max_examples=40)
@given(entries)
def test_a_hash_depends_on_the_key_the_entry_before_and_nothing_else(entry):
    base = chain.compute_entry_hash(b"key", "0", entry)
    assert chain.compute_entry_hash(b"key", "0", entry | {"hash": "x"}) == base
    assert chain.compute_entry_hash(b"kex", "0", entry) != base
    assert chain.compute_entry_hash(b"key", "1", entry) != base


def test_a_moment_is_the_same_in_every_time_zone():
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert chain.format_moment(moment) == "2026-01-02T03:04:05.000000+00:00"
    assert chain.format_moment(moment.astimezone(timezone(timedelta(hours=9)))) == chain.format_moment(moment)


@settings(max_examples=40)
@given(st.text(alphabet=st.characters()), st.integers(1, 20))
def test_any_name_becomes_text_for_every_database(name, longest):
    kept = clean_text(name, longest)
    kept.encode()
    assert "\0" not in kept
    assert len(kept) <= longest
