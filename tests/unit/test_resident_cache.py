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


class CountingEntry(SizedEntry):
    """Counts how often its size is read."""

    reads = 0

    @property
    def nbytes(self):
        self.reads += 1
        return super().nbytes


class OversizedEntry(SizedEntry):
    is_oversized = True


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
    cache = ResidentCache(20)
    lease_entries(cache, "a", "b")
    lease_entries(cache, "a")
    lease_entries(cache, "c")
    assert [key for key in "abc" if cache.has_entry("us", key)] == ["a", "c"]
    assert cache.nbytes == 20


def test_a_request_reads_the_sizes_of_its_own_entries_only():
    cache = ResidentCache(1000)
    with cache.open_lease("us") as lease:
        others = [lease.get_or_create(key, CountingEntry, 1) for key in range(50)]
    reads = [entry.reads for entry in others]
    lease_entries(cache, "a", "b")
    assert cache.nbytes == 520
    assert [entry.reads for entry in others] == reads


def test_the_size_that_an_entry_has_at_the_end_of_a_request_counts():
    cache = ResidentCache(100)
    with cache.open_lease("us") as lease:
        entry = lease.get_or_create("a", SizedEntry, 1)
        entry.size = 30
    assert cache.nbytes == 30
    with cache.open_lease("us") as lease:
        lease.get_or_create("a", SizedEntry, 1).size = 101
    assert (cache.has_entry("us", "a"), cache.nbytes) == (False, 0)


def test_an_unusable_entry_is_dropped_before_a_good_one_is_evicted():
    cache = ResidentCache(20)
    lease_entries(cache, "a")
    with cache.open_lease("us") as lease:
        lease.get_or_create("b", lambda: OversizedEntry(20), 1)
    assert (cache.has_entry("us", "a"), cache.has_entry("us", "b"), cache.nbytes) == (True, False, 10)


def test_owners_share_the_bound_but_no_entry():
    cache = ResidentCache(20)
    (ours,), (theirs,) = lease_entries(cache, "a"), lease_entries(cache, "a", owner="them")
    assert ours is not theirs
    assert (cache.owner_nbytes("us"), cache.owner_nbytes("them"), cache.nbytes) == (10, 10, 20)
    cache.extend_owner("us", 5)
    assert (ours.row_count, theirs.row_count) == (5, 1)
    lease_entries(cache, "b", owner="them")
    assert (cache.owner_nbytes("us"), cache.owner_nbytes("them")) == (0, 20)


def test_what_a_request_uses_stays_until_it_ends():
    cache = ResidentCache(10)
    with cache.open_lease("us") as lease:
        lease.get_or_create("a", SizedEntry, 1)
        lease_entries(cache, "b", "c")
        assert cache.has_entry("us", "a")
        lease.get_or_create("d", SizedEntry, 1)
        assert cache.nbytes >= 20
    assert cache.nbytes <= 10


def test_an_entry_grows_only_by_what_is_missing():
    cache = ResidentCache(100)
    with cache.open_lease("us") as lease:
        entry = lease.get_or_create("a", SizedEntry, 5)
        lease.get_or_create("a", SizedEntry, 3)
        lease.get_or_create("a", SizedEntry, 9)
    cache.extend_owner("us", 12)
    assert entry.grown == [(0, 5), (5, 9), (9, 12)]


def test_an_entry_over_no_rows_is_still_made():
    cache = ResidentCache(100)
    with cache.open_lease("us") as lease:
        assert lease.get_or_create("a", SizedEntry, 0).grown == [(0, 0)]
    assert cache.has_entry("us", "a")


def test_what_could_not_be_made_is_forgotten():
    cache = ResidentCache(100)
    with pytest.raises(OSError, match="no such rows"), cache.open_lease("us") as lease:
        lease.get_or_create("a", FailingEntry, 1)
    assert not cache.has_entry("us", "a")
    assert lease_entries(cache, "a")[0].grown == [(0, 1)]


def test_one_thread_makes_what_many_want():
    cache, start = ResidentCache(100), Barrier(8)

    def lease_one():
        start.wait()
        return lease_entries(cache, "a")[0]

    with ThreadPoolExecutor(8) as pool:
        entries = {answer.result() for answer in [pool.submit(lease_one) for _ in range(8)]}
    assert len(entries) == 1
    assert entries.pop().grown == [(0, 1)]


def test_leased_entries_are_not_evicted():
    cache = ResidentCache(10, make_host_spill())
    with cache.open_lease("us") as lease:
        assert not lease.pin_existing("a")
        first = lease.get_or_create("a", SpillableEntry, 5)
    with cache.open_lease("us") as lease:
        lease.get_or_create("b", SpillableEntry, 5)
    with cache.open_lease("us") as lease:
        assert lease.pin_existing("a")
        assert lease.get_or_create("a", SpillableEntry, 5) is first
        with cache.open_lease("us") as other:
            other.get_or_create("c", SpillableEntry, 5)
        assert cache.has_entry("us", "a")


def test_an_entry_being_made_is_not_found():
    cache = ResidentCache(100)

    class ProbingEntry(SizedEntry):
        def add_rows(self, start, stop):
            with cache.open_lease("us") as other:
                assert not other.pin_existing("a")
            assert not cache.has_entry("us", "a")
            cache.extend_owner("us", 9)
            super().add_rows(start, stop)

    with cache.open_lease("us") as lease:
        assert lease.get_or_create("a", ProbingEntry, 1).grown == [(0, 1)]


def test_spilled_entries_are_restored_with_their_rows():
    cache = ResidentCache(10, make_host_spill())
    with cache.open_lease("us") as lease:
        first = lease.get_or_create("a", SpillableEntry, 5)
    with cache.open_lease("us") as lease:
        lease.get_or_create("b", SpillableEntry, 5)
    assert (cache.has_entry("us", "a"), first.location) == (False, "there")
    with cache.open_lease("us") as lease:
        assert lease.get_or_create("a", SpillableEntry, 8) is first
        assert (first.location, first.grown) == ("here", [(0, 5), (5, 8)])


def test_cheap_and_failed_entries_are_not_spilled():
    store = make_host_spill()
    cache = ResidentCache(0, store)
    with cache.open_lease("us") as lease:
        lease.get_or_create("a", SizedEntry, 1)
    with pytest.raises(OSError, match="no such rows"), cache.open_lease("us") as lease:
        lease.get_or_create("b", FailingEntry, 1)
    assert store.nbytes == 0
    assert store.pop_entry(("us", "a")) is store.pop_entry(("us", "b")) is None


def test_the_oldest_spilled_entry_is_dropped_first():
    store = make_host_spill(20)
    cache = ResidentCache(0, store)
    for key in "abc":
        with cache.open_lease("us") as lease:
            lease.get_or_create(key, SpillableEntry, 1)
    assert store.nbytes == 20
    assert [key for key in "abc" if store.pop_entry(("us", key))] == ["b", "c"]


def test_a_failed_copy_leaves_the_entry_for_another_try():
    fails = [MemoryError("the device is full")]

    def fail_once(place):
        if fails:
            raise fails.pop()
        return "here"

    cache = ResidentCache(0, HostSpill(100, lambda _: "there", fail_once))
    with cache.open_lease("us") as lease:
        entry = lease.get_or_create("a", SpillableEntry, 1)
    with pytest.raises(MemoryError), cache.open_lease("us") as lease:
        lease.get_or_create("a", SpillableEntry, 1)
    with cache.open_lease("us") as lease:
        assert lease.get_or_create("a", SpillableEntry, 1) is entry
        assert (entry.location, entry.grown) == ("here", [(0, 1)])
