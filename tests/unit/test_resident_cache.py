"""Entries under a bound: what goes first, what stays, and who makes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from gpu.resident.cache import HostSpill, ResidentCache, ResidentEntry, Spillable


class SizedEntry(ResidentEntry):
    def __init__(self, size=10):
        super().__init__()
        self.size, self.grown = size, []

    @property
    def nbytes(self):
        return self.size if self.row_count >= 0 else 0

    def add_rows(self, start, stop):
        self.grown.append((start, stop))


class FailingEntry(SizedEntry):
    def add_rows(self, start, stop):
        raise OSError(f"no such rows: {start} to {stop}")


class SpillableEntry(SizedEntry, Spillable):
    """Its array is where it is: here, or there."""

    def __init__(self):
        super().__init__()
        self.location = "here"

    def transfer_arrays(self, carry):
        self.location = carry(self.location)


def make_host_spill(limit=100):
    def copy_out(place):
        assert place == "here"
        return "there"

    def copy_back(place):
        assert place == "there"
        return "here"

    return HostSpill(limit, copy_out, copy_back)


def lease_entries(cache, *keys, owner="us"):
    with cache.open_lease(owner) as lease:
        return [lease.get_or_create(key, SizedEntry, 1) for key in keys]


def test_the_least_recently_used_goes_first():
    shelf = ResidentCache(20)
    lease_entries(shelf, "a", "b")
    lease_entries(shelf, "a")
    lease_entries(shelf, "c")
    assert [key for key in "abc" if shelf.has_entry("us", key)] == ["a", "c"]
    assert shelf.nbytes == 20


def test_owners_share_the_bound_but_no_entry():
    shelf = ResidentCache(20)
    (ours,), (theirs,) = lease_entries(shelf, "a"), lease_entries(shelf, "a", owner="them")
    assert ours is not theirs
    assert (shelf.owner_nbytes("us"), shelf.owner_nbytes("them"), shelf.nbytes) == (10, 10, 20)
    shelf.extend_owner("us", 5)
    assert (ours.row_count, theirs.row_count) == (5, 1)
    lease_entries(shelf, "b", owner="them")
    assert (shelf.owner_nbytes("us"), shelf.owner_nbytes("them")) == (0, 20)


def test_what_a_request_uses_stays_until_it_ends():
    shelf = ResidentCache(10)
    with shelf.open_lease("us") as lease:
        lease.get_or_create("a", SizedEntry, 1)
        lease_entries(shelf, "b", "c")
        assert shelf.has_entry("us", "a")
        lease.get_or_create("d", SizedEntry, 1)
        assert shelf.nbytes >= 20
    assert shelf.nbytes <= 10


def test_an_entry_grows_only_by_what_is_missing():
    shelf = ResidentCache(100)
    with shelf.open_lease("us") as lease:
        entry = lease.get_or_create("a", SizedEntry, 5)
        lease.get_or_create("a", SizedEntry, 3)
        lease.get_or_create("a", SizedEntry, 9)
    shelf.extend_owner("us", 12)
    assert entry.grown == [(0, 5), (5, 9), (9, 12)]


def test_an_entry_over_no_rows_is_still_made():
    shelf = ResidentCache(100)
    with shelf.open_lease("us") as lease:
        assert lease.get_or_create("a", SizedEntry, 0).grown == [(0, 0)]
    assert shelf.has_entry("us", "a")


def test_what_could_not_be_made_is_forgotten():
    shelf = ResidentCache(100)
    with pytest.raises(OSError, match="no such rows"), shelf.open_lease("us") as lease:
        lease.get_or_create("a", FailingEntry, 1)
    assert not shelf.has_entry("us", "a")
    assert lease_entries(shelf, "a")[0].grown == [(0, 1)]


def test_one_thread_makes_what_many_want():
    shelf, start = ResidentCache(100), Barrier(8)

    def lease_one():
        start.wait()
        return lease_entries(shelf, "a")[0]

    with ThreadPoolExecutor(8) as pool:
        entries = {answer.result() for answer in [pool.submit(lease_one) for _ in range(8)]}
    assert len(entries) == 1
    assert entries.pop().grown == [(0, 1)]


def test_leased_entries_are_not_evicted():
    shelf = ResidentCache(10, make_host_spill())
    with shelf.open_lease("us") as lease:
        assert not lease.pin_existing("a")
        first = lease.get_or_create("a", SpillableEntry, 5)
    with shelf.open_lease("us") as lease:
        lease.get_or_create("b", SpillableEntry, 5)
    with shelf.open_lease("us") as lease:
        assert lease.pin_existing("a")
        assert lease.get_or_create("a", SpillableEntry, 5) is first
        with shelf.open_lease("us") as other:
            other.get_or_create("c", SpillableEntry, 5)
        assert shelf.has_entry("us", "a")


def test_an_entry_being_made_is_not_found():
    shelf = ResidentCache(100)

    class ProbingEntry(SizedEntry):
        def add_rows(self, start, stop):
            with shelf.open_lease("us") as other:
                assert not other.pin_existing("a")
            assert not shelf.has_entry("us", "a")
            shelf.extend_owner("us", 9)
            super().add_rows(start, stop)

    with shelf.open_lease("us") as lease:
        assert lease.get_or_create("a", ProbingEntry, 1).grown == [(0, 1)]


def test_spilled_entries_are_restored_with_their_rows():
    shelf = ResidentCache(10, make_host_spill())
    with shelf.open_lease("us") as lease:
        first = lease.get_or_create("a", SpillableEntry, 5)
    with shelf.open_lease("us") as lease:
        lease.get_or_create("b", SpillableEntry, 5)
    assert (shelf.has_entry("us", "a"), first.location) == (False, "there")
    with shelf.open_lease("us") as lease:
        assert lease.get_or_create("a", SpillableEntry, 8) is first
        assert (first.location, first.grown) == ("here", [(0, 5), (5, 8)])


def test_cheap_and_failed_entries_are_not_spilled():
    store = make_host_spill()
    shelf = ResidentCache(0, store)
    with shelf.open_lease("us") as lease:
        lease.get_or_create("a", SizedEntry, 1)
    with pytest.raises(OSError, match="no such rows"), shelf.open_lease("us") as lease:
        lease.get_or_create("b", FailingEntry, 1)
    assert store.nbytes == 0
    assert store.pop_entry(("us", "a")) is store.pop_entry(("us", "b")) is None


def test_the_oldest_spilled_entry_is_dropped_first():
    store = make_host_spill(20)
    shelf = ResidentCache(0, store)
    for key in "abc":
        with shelf.open_lease("us") as lease:
            lease.get_or_create(key, SpillableEntry, 1)
    assert store.nbytes == 20
    assert [key for key in "abc" if store.pop_entry(("us", key))] == ["b", "c"]


def test_a_failed_copy_leaves_the_entry_for_another_try():
    fails = [MemoryError("the device is full")]

    def fail_once(place):
        if fails:
            raise fails.pop()
        return "here"

    shelf = ResidentCache(0, HostSpill(100, lambda _: "there", fail_once))
    with shelf.open_lease("us") as lease:
        entry = lease.get_or_create("a", SpillableEntry, 1)
    with pytest.raises(MemoryError), shelf.open_lease("us") as lease:
        lease.get_or_create("a", SpillableEntry, 1)
    with shelf.open_lease("us") as lease:
        assert lease.get_or_create("a", SpillableEntry, 1) is entry
        assert (entry.location, entry.grown) == ("here", [(0, 1)])
