"""Entries under a bound: what goes first, what stays, and who makes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from gpu.resident.attic import Attic
from gpu.resident.cache import Shelf
from gpu.resident.entry import Entry, Movable


class Sized(Entry):
    def __init__(self, size=10):
        super().__init__()
        self.size, self.grown = size, []

    @property
    def nbytes(self):
        return self.size if self.rows >= 0 else 0

    def grow(self, start, stop):
        self.grown.append((start, stop))


class Broken(Sized):
    def grow(self, start, stop):
        raise OSError(f"no such rows: {start} to {stop}")


class Moved(Sized, Movable):
    """Its array is where it is: here, or there."""

    def __init__(self):
        super().__init__()
        self.place = "here"

    def move(self, carry):
        self.place = carry(self.place)


def attic(limit=100):
    def out(place):
        assert place == "here"
        return "there"

    def back(place):
        assert place == "there"
        return "here"

    return Attic(limit, out, back)


def use(shelf, *keys, owner="us"):
    with shelf.lease(owner) as lease:
        return [lease.take(key, Sized, 1) for key in keys]


def test_the_least_recently_used_goes_first():
    shelf = Shelf(20)
    use(shelf, "a", "b")
    use(shelf, "a")
    use(shelf, "c")
    assert [key for key in "abc" if shelf.has("us", key)] == ["a", "c"]
    assert shelf.nbytes == 20


def test_owners_share_the_bound_but_no_entry():
    shelf = Shelf(20)
    (ours,), (theirs,) = use(shelf, "a"), use(shelf, "a", owner="them")
    assert ours is not theirs
    assert (shelf.nbytes_of("us"), shelf.nbytes_of("them"), shelf.nbytes) == (10, 10, 20)
    shelf.reach("us", 5)
    assert (ours.rows, theirs.rows) == (5, 1)
    use(shelf, "b", owner="them")
    assert (shelf.nbytes_of("us"), shelf.nbytes_of("them")) == (0, 20)


def test_what_a_request_uses_stays_until_it_ends():
    shelf = Shelf(10)
    with shelf.lease("us") as lease:
        lease.take("a", Sized, 1)
        use(shelf, "b", "c")
        assert shelf.has("us", "a")
        lease.take("d", Sized, 1)
        assert shelf.nbytes >= 20
    assert shelf.nbytes <= 10


def test_an_entry_grows_only_by_what_is_missing():
    shelf = Shelf(100)
    with shelf.lease("us") as lease:
        entry = lease.take("a", Sized, 5)
        lease.take("a", Sized, 3)
        lease.take("a", Sized, 9)
    shelf.reach("us", 12)
    assert entry.grown == [(0, 5), (5, 9), (9, 12)]


def test_an_entry_over_no_rows_is_still_made():
    shelf = Shelf(100)
    with shelf.lease("us") as lease:
        assert lease.take("a", Sized, 0).grown == [(0, 0)]
    assert shelf.has("us", "a")


def test_what_could_not_be_made_is_forgotten():
    shelf = Shelf(100)
    with pytest.raises(OSError, match="no such rows"), shelf.lease("us") as lease:
        lease.take("a", Broken, 1)
    assert not shelf.has("us", "a")
    assert use(shelf, "a")[0].grown == [(0, 1)]


def test_one_thread_makes_what_many_want():
    shelf, start = Shelf(100), Barrier(8)

    def ask():
        start.wait()
        return use(shelf, "a")[0]

    with ThreadPoolExecutor(8) as pool:
        entries = {answer.result() for answer in [pool.submit(ask) for _ in range(8)]}
    assert len(entries) == 1
    assert entries.pop().grown == [(0, 1)]


def test_what_is_there_stays_for_who_asks_for_no_other():
    shelf = Shelf(10, attic())
    with shelf.lease("us") as lease:
        assert not lease.keep("a")
        first = lease.take("a", Moved, 5)
    with shelf.lease("us") as lease:
        lease.take("b", Moved, 5)
    with shelf.lease("us") as lease:
        assert lease.keep("a")
        assert lease.take("a", Moved, 5) is first
        with shelf.lease("us") as other:
            other.take("c", Moved, 5)
        assert shelf.has("us", "a")


def test_what_is_just_being_made_is_not_there():
    shelf = Shelf(100)

    class Asking(Sized):
        def grow(self, start, stop):
            with shelf.lease("us") as other:
                assert not other.keep("a")
            assert not shelf.has("us", "a")
            shelf.reach("us", 9)
            super().grow(start, stop)

    with shelf.lease("us") as lease:
        assert lease.take("a", Asking, 1).grown == [(0, 1)]


def test_what_has_to_go_comes_back_with_what_it_had():
    shelf = Shelf(10, attic())
    with shelf.lease("us") as lease:
        first = lease.take("a", Moved, 5)
    with shelf.lease("us") as lease:
        lease.take("b", Moved, 5)
    assert (shelf.has("us", "a"), first.place) == (False, "there")
    with shelf.lease("us") as lease:
        assert lease.take("a", Moved, 8) is first
        assert (first.place, first.grown) == ("here", [(0, 5), (5, 8)])


def test_what_is_quickly_made_again_and_what_never_was_are_not_kept_elsewhere():
    store = attic()
    shelf = Shelf(0, store)
    with shelf.lease("us") as lease:
        lease.take("a", Sized, 1)
    with pytest.raises(OSError, match="no such rows"), shelf.lease("us") as lease:
        lease.take("b", Broken, 1)
    assert store.nbytes == 0
    assert store.take(("us", "a")) is store.take(("us", "b")) is None


def test_what_came_first_goes_first_from_there():
    store = attic(20)
    shelf = Shelf(0, store)
    for key in "abc":
        with shelf.lease("us") as lease:
            lease.take(key, Moved, 1)
    assert store.nbytes == 20
    assert [key for key in "abc" if store.take(("us", key))] == ["b", "c"]


def test_a_copy_that_fails_leaves_it_where_it_is_for_another_try():
    fails = [MemoryError("the device is full")]

    def back(place):
        if fails:
            raise fails.pop()
        return "here"

    shelf = Shelf(0, Attic(100, lambda _: "there", back))
    with shelf.lease("us") as lease:
        entry = lease.take("a", Moved, 1)
    with pytest.raises(MemoryError), shelf.lease("us") as lease:
        lease.take("a", Moved, 1)
    with shelf.lease("us") as lease:
        assert lease.take("a", Moved, 1) is entry
        assert (entry.place, entry.grown) == ("here", [(0, 1)])
