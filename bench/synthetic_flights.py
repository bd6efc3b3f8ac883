"""Synthetic flights: as skewed and as ordered in time as real ones, and any number of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gpu.cubes import Axis, ViewSpec
from gpu.scales import CategoryScale, LinearScale, Scale

_BATCH_ROWS = 1_000_000
_ORIGIN_COUNT = 300
_NAMES = tuple(f"A{i:03}" for i in range(_ORIGIN_COUNT))

SCALES: dict[str, Scale] = {
    "delay": LinearScale(lo=-60, step=1, levels=500),
    "distance": LinearScale(lo=0, step=10, levels=500),
    "air_time": LinearScale(lo=0, step=1, levels=500),
    "departure": LinearScale(lo=0, step=3, levels=480),
    "date": LinearScale(lo=0, step=8, levels=600),
    "origin": CategoryScale(values=_NAMES),
    "latitude": LinearScale(lo=0, step=10, levels=64),
    "longitude": LinearScale(lo=0, step=10, levels=64),
}
PASSIVE = {
    "distance": ViewSpec((Axis("distance", SCALES["distance"], 25),)),
    "air_time": ViewSpec((Axis("air_time", SCALES["air_time"], 50),)),
    "departure": ViewSpec((Axis("departure", SCALES["departure"], 96),)),
    "date": ViewSpec((Axis("date", SCALES["date"], 200),)),
    "origin": ViewSpec((Axis("origin", SCALES["origin"]),)),
    "map": ViewSpec((Axis("latitude", SCALES["latitude"]), Axis("longitude", SCALES["longitude"]))),
}
ACTIVE = Axis("delay", SCALES["delay"])
COARSE_ACTIVE = Axis("delay", SCALES["delay"], 100)
"""What a density is counted against: its cube at every pixel would be megabytes."""


class SyntheticFlights:
    """A source of ``row_count`` flights, all columns int16 (2 bytes a row), the origin a dictionary."""

    def __init__(self, rows: int) -> None:
        self.row_count = rows
        self._batches = [
            _make_batch(start, min(start + _BATCH_ROWS, rows), rows) for start in range(0, rows, _BATCH_ROWS)
        ]

    def read_column(self, column: str, start: int = 0) -> Iterator[pa.Array]:
        row = 0
        for batch in self._batches:
            values = _to_arrow_array(column, batch[column])
            row += len(values)
            if row > start:
                yield values.slice(max(0, start - row + len(values)))


def _make_batch(start: int, stop: int, rows: int) -> dict[str, npt.NDArray[np.int16]]:
    random, size = np.random.default_rng(start), stop - start
    distance = np.minimum(random.gamma(2.2, 330, size) + 60, 4999)
    popular = np.minimum((_ORIGIN_COUNT + 1) ** random.random(size), _ORIGIN_COUNT) - 1
    place = popular + 1
    columns = {
        "delay": np.where(
            random.random(size) < 0.7, random.normal(-5, 12, size), random.exponential(45, size)
        ),
        "distance": distance,
        "air_time": distance / 7.5 + random.normal(18, 6, size),
        "departure": np.clip(random.normal(820, 270, size), 0, 1439),
        "date": np.linspace(start, stop, size, endpoint=False) * 4800 / rows,
        "origin": popular,
        "latitude": (place * 37) % 640 + random.normal(0, 9, size),
        "longitude": (place * 101) % 640 + random.normal(0, 9, size),
    }
    return {name: values.astype(np.int16) for name, values in columns.items()}


def _to_arrow_array(column: str, values: npt.NDArray[np.int16]) -> pa.Array:
    if column != "origin":
        return pa.array(values)
    return pa.DictionaryArray.from_arrays(pa.array(values), pa.array(_NAMES))


def middle_codes(counts: npt.NDArray[np.int64], fraction: float) -> tuple[int, int]:
    """The codes that the middle ``fraction`` of the rows have, to the nearest code."""
    below = np.cumsum(counts) / counts.sum()
    low, high = (int(np.searchsorted(below, (1 + sign * fraction) / 2)) for sign in (-1, 1))
    return low, max(low + 1, high)
