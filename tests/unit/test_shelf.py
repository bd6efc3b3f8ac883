"""Entries under a bound: what goes first, what stays, and who makes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from gpu.resident.shelf import Entry, Shelf


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
