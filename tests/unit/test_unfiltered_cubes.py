"""The cache of unfiltered cubes: which cube of two is kept, and what a large one does to the others."""

from __future__ import annotations

import numpy as np
import pytest

from gpu.cubes import Axis, Cube, CubeSpec, ViewSpec
from gpu.resident.unfiltered_cubes import UnfilteredCubeCache
from gpu.scales import BooleanScale


def make_cube(column, cells=2):
    spec = CubeSpec(ViewSpec((Axis(column, BooleanScale()),)))
    return Cube(spec, np.zeros((1, cells), np.int64))


def list_cached_rows(cache, *cubes, owner="us"):
    known = [cache.get(owner, cube.spec) for cube in cubes]
    return [entry and entry[0] for entry in known]


def test_the_least_recently_used_cube_is_evicted():
    cache, cubes = UnfilteredCubeCache(48), [make_cube(column) for column in "abcd"]
    for cube in cubes[:3]:
        cache.put("us", cube, 5)
    assert cache.get("us", cubes[0].spec) == (5, cubes[0])
    cache.put("us", cubes[3], 5)
    assert list_cached_rows(cache, *cubes) == [5, None, 5, 5]
    assert cache.nbytes == 48


def test_a_cube_of_more_rows_replaces_one_of_fewer_and_never_the_reverse():
    cache, first, second = UnfilteredCubeCache(100), make_cube("a"), make_cube("a")
    cache.put("us", first, 5)
    cache.put("us", second, 4)
    assert cache.get("us", first.spec) == (5, first)
    cache.put("us", second, 6)
    assert cache.get("us", first.spec) == (6, second)
    assert cache.nbytes == 16


def test_a_cube_over_the_limit_is_refused_and_evicts_nothing():
    cache, small, large = UnfilteredCubeCache(40), make_cube("a"), make_cube("b", cells=6)
    cache.put("us", small, 5)
    cache.put("us", large, 5)
    cache.put("us", make_cube("a", cells=6), 9)
    assert list_cached_rows(cache, small, large) == [5, None]


def test_owners_have_cubes_of_their_own():
    cache, cube = UnfilteredCubeCache(100), make_cube("a")
    cache.put("us", cube, 5)
    assert list_cached_rows(cache, cube, owner="them") == [None]
    cache.clear()
    assert (cache.nbytes, list_cached_rows(cache, cube)) == (0, [None])


def test_a_cached_cube_can_not_be_changed():
    cache, cube = UnfilteredCubeCache(100), make_cube("a")
    cache.put("us", cube, 5)
    with pytest.raises(ValueError, match="read-only"):
        cube.count[0, 0] = 1
