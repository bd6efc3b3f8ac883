"""Adding the cubes of two sets of rows, and taking one away again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gpu.cubes import Cube


def added(one: Cube, other: Cube) -> Cube:
    """The cube over the rows of both, which must be different rows."""
    with np.errstate(invalid="ignore", over="ignore"):
        return replace(
            one,
            count=one.count + other.count,
            sum=None if one.sum is None or other.sum is None else one.sum + other.sum,
            low=None if one.low is None or other.low is None else np.minimum(one.low, other.low),
            high=None if one.high is None or other.high is None else np.maximum(one.high, other.high),
        )


def without(whole: Cube, part: Cube) -> Cube:
    """The cube of the rows of ``whole`` that aren't in ``part``: counts and integer sums only.

    The result answers the spec of ``part``.
    """
    total = None if whole.sum is None or part.sum is None else whole.sum - part.sum
    return replace(part, count=whole.count - part.count, sum=total)
