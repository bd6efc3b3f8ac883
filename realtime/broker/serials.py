"""Serials: identifiers that increase with time, also as text, so that each is a cursor into the history.

A publication has the serial ``<milliseconds>-<counter>``, each of its items that serial with ``:<index>``.
"""

from __future__ import annotations

import re
from time import time

LOWEST_SERIAL = ""
SERIAL_PATTERN = re.compile(r"\d{14}-\d{6}(:\d{4})?")
MAX_PER_MILLISECOND = 10**6


def from_milliseconds(milliseconds: int) -> str:
    """Return the lowest serial of a millisecond since 1970."""
    return f"{milliseconds:014d}-{0:06d}"


def to_milliseconds(serial: str) -> int:
    """Return the milliseconds since 1970 of a serial."""
    return int(serial[:14])


def make_item_serial(serial: str, index: int) -> str:
    """Return the serial of an item within a publication."""
    return f"{serial}:{index:04d}"


def get_publication_serial(serial: str) -> str:
    """Return the serial of the publication that an item belongs to."""
    return serial.partition(":")[0]


def bound_after(serial: str) -> str:
    """Return a bound just above all items of the publication with this serial."""
    return get_publication_serial(serial) + ";"


def bound_before(serial: str) -> str:
    """Return a bound just below an item's serial."""
    return serial[:-1] + chr(ord(serial[-1]) - 1) + "~"


class SerialGenerator:
    """A generator of unique serials, also if the clock is set back; ``last`` is the newest serial in use."""

    def __init__(self, last: str = LOWEST_SERIAL) -> None:
        self._time, self._count = (to_milliseconds(last), int(last[15:21])) if last else (0, 0)

    def next_serial(self) -> str:
        now = int(time() * 1000)
        if now > self._time:
            self._time, self._count = now, 0
        else:
            self._count += 1
            self._time, self._count = (
                self._time + self._count // MAX_PER_MILLISECOND,
                self._count % MAX_PER_MILLISECOND,
            )
        return f"{self._time:014d}-{self._count:06d}"
