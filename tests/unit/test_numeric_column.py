"""Numbers are held in the narrowest type, and whole ones never as floats."""

from __future__ import annotations

import numpy as np
import pytest

from gpu.resident.numeric_column import narrowest_dtype

INT64 = np.iinfo(np.int64)


@pytest.mark.parametrize(
    ("numbers", "held"),
    [
        ([-1, 127], np.int8),
        ([-128], np.int8),
        ([-129], np.int16),
        ([128], np.int16),
        ([INT64.max], np.int64),
        ([INT64.min], np.int64),
        ([INT64.min, INT64.max], np.int64),
    ],
)
def test_whole_numbers_are_held_as_such(numbers, held):
    assert narrowest_dtype(np.array(numbers), np.dtype(np.int8)) == held
