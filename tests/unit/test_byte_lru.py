"""A cache bounded by bytes: what is evicted first, what stays, and a total that is always right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu.byte_lru import ByteLru

KEYS, SIZES = "abcde", st.integers(0, 40)
KEYS_WITH_SIZES = st.tuples(st.sampled_from(KEYS), SIZES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["put", "put_bounded", "resize"]), KEYS_WITH_SIZES),
        st.tuples(st.sampled_from(["get", "peek", "pop", "pin", "unpin"]), st.tuples(st.sampled_from(KEYS))),
        st.tuples(st.just("pop_excess"), st.tuples(SIZES, st.integers(0, 2))),
        st.tuples(st.just("evict"), st.tuples(SIZES)),
        st.tuples(st.just("clear"), st.just(())),
    ),
    max_size=60,
)


def make_lru(max_bytes=100, **sizes):
    lru = ByteLru(max_bytes)
    for key, nbytes in sizes.items():
        lru.put(key, key.upper(), nbytes)
    return lru


def test_the_least_recently_used_is_evicted_first():
    lru = make_lru(a=30, b=30, c=30)
    assert lru.get("a") == "A"
    assert lru.put_bounded("d", "D", 30) == [("b", "B")]
    assert ([*lru], lru.nbytes) == (["c", "a", "d"], 90)


def test_peeking_is_no_use():
    lru = make_lru(a=30, b=30)
    assert (lru.peek("a"), lru.peek("z"), lru.get("z")) == ("A", None, None)
    assert [*lru] == ["a", "b"]


def test_many_small_values_give_way_to_a_large_one():
    lru = make_lru(**dict.fromkeys("abcdefghij", 10))
    assert len(lru.put_bounded("large", "L", 95)) == 10
    assert ([*lru], lru.nbytes) == (["large"], 95)


def test_a_value_over_the_bound_is_refused_and_evicts_nothing():
    lru = make_lru(a=60, b=30)
    assert lru.put_bounded("c", "C", 101) == lru.put_bounded("a", "new", 101) == []
    assert ([*lru], lru.peek("a"), lru.nbytes) == (["a", "b"], "A", 90)


def test_a_value_of_the_size_of_the_bound_fits():
    lru = make_lru(a=60)
    assert lru.put_bounded("b", "B", 100) == [("a", "A")]
    assert lru.nbytes == 100


def test_a_replaced_value_counts_once_and_is_just_used():
    lru = make_lru(a=60, b=10)
    lru.put("a", "new", 70)
    assert ([*lru], lru.peek("a"), lru.nbytes) == (["b", "a"], "new", 80)


def test_a_replaced_value_keeps_its_pins():
    lru = make_lru(a=60)
    lru.pin("a")
    lru.put("a", "new", 70)
    assert lru.evict(0) == []
    assert lru.unpin("a")


def test_put_evicts_nothing():
    assert make_lru(10, a=60, b=60).nbytes == 120


def test_pinned_values_stay_until_they_are_unpinned_as_often():
    lru = make_lru(a=60, b=30)
    lru.pin("a")
    lru.pin("a")
    assert lru.evict(0) == [("b", "B")]
    assert not lru.unpin("a")
    assert lru.evict(0) == []
    assert lru.unpin("a")
    assert lru.evict(0) == [("a", "A")]
    assert (len(lru), lru.nbytes) == (0, 0)


def test_pinning_is_no_use():
    lru = make_lru(a=30, b=30)
    lru.pin("a")
    lru.unpin("a")
    assert [*lru] == ["a", "b"]


def test_a_value_that_grows_is_no_use_of_it():
    lru = make_lru(a=10, b=10)
    lru.resize("a", 95)
    assert ([*lru], lru.nbytes) == (["a", "b"], 105)
    assert lru.evict() == [("a", "A")]


def test_excess_goes_one_at_a_time_and_some_values_can_be_kept():
    lru = make_lru(10, a=20, b=20, c=20)
    assert lru.pop_excess(keep=1) == ("a", "A")
    assert lru.pop_excess(keep=1) == ("b", "B")
    assert lru.pop_excess(keep=1) is None
    assert lru.pop_excess() == ("c", "C")
    assert lru.pop_excess() is None


def test_popped_and_cleared_values_are_gone_even_if_pinned():
    lru = make_lru(a=10, b=20)
    lru.pin("a")
    lru.pin("b")
    assert (lru.pop("a"), lru.pop("a"), lru.nbytes) == ("A", None, 20)
    lru.clear()
    assert (len(lru), lru.nbytes, "b" in lru) == (0, 0, False)


@pytest.mark.parametrize("operation", ["pin", "unpin"])
def test_a_key_without_a_value_can_not_be_pinned(operation):
    with pytest.raises(KeyError):
        getattr(make_lru(), operation)("a")


@given(STEPS)
def test_the_total_is_always_the_sum_of_the_stated_sizes(steps):
    lru, sizes, pins = ByteLru(60), {}, {}
    for name, arguments in steps:
        key = arguments[0] if arguments else None
        if (name in {"resize", "pin"} and key not in lru) or (name == "unpin" and not pins.get(key)):
            continue
        if name in {"put", "put_bounded"}:
            getattr(lru, name)(key, object(), arguments[1])
        else:
            getattr(lru, name)(*arguments)
        if name in {"put", "resize"} or (name == "put_bounded" and arguments[1] <= lru.max_bytes):
            sizes[key] = arguments[1]
        if name in {"pin", "unpin"}:
            pins[key] = pins.get(key, 0) + (1 if name == "pin" else -1)
        assert all(key in lru or name in {"pop", "clear"} for key, count in pins.items() if count)
        sizes = {each: size for each, size in sizes.items() if each in lru}
        pins = {each: count for each, count in pins.items() if each in lru}
        assert lru.nbytes == sum(sizes.values())
        assert name != "evict" or lru.nbytes <= arguments[0] or all(pins.get(each) for each in lru)
        assert set(lru) == set(sizes)
