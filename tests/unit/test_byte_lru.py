import numpy as np

from datasets.cubes.byte_lru import ByteLru
from datasets.cubes.packed_cube import PackedCube


def make_cells(nbytes):
    return PackedCube(np.zeros(nbytes, np.uint8))


def test_forgets_what_was_used_longest_ago():
    kept = ByteLru(100)
    for key in "abc":
        kept.put(key, make_cells(30))
    kept.get("a")
    kept.put("d", make_cells(30))
    assert [key for key in "abcd" if kept.get(key)] == ["a", "c", "d"]
    assert kept.nbytes == 90


def test_takes_nothing_larger_than_itself_and_forgets_nothing_for_it():
    kept = ByteLru(100)
    kept.put("a", make_cells(60))
    kept.put("b", make_cells(101))
    assert kept.get("a") is not None
    assert kept.get("b") is None


def test_a_key_put_again_counts_once():
    kept = ByteLru(100)
    kept.put("a", make_cells(60))
    kept.put("a", make_cells(70))
    assert (len(kept), kept.nbytes) == (1, 70)


def test_many_small_ones_give_way_to_a_large_one():
    kept = ByteLru(100)
    for key in range(10):
        kept.put(key, make_cells(10))
    kept.put("large", make_cells(95))
    assert (len(kept), kept.nbytes) == (1, 95)
