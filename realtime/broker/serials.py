"""Serials: one after the other in time and as text, so that each is a cursor into what came after it."""

from __future__ import annotations

import re
from time import time

LOWEST = ""
FORM = re.compile(r"\d{14}-\d{6}(:\d{4})?")
MOST = 10**6


def of_time(milliseconds: int) -> str:
    """The lowest serial of this millisecond since 1970."""
    return f"{milliseconds:014d}-{0:06d}"


def time_of(serial: str) -> int:
    """Milliseconds since 1970."""
    return int(serial[:14])


def of_item(serial: str, index: int) -> str:
    """The serial of a message within what was published at once."""
    return f"{serial}:{index:04d}"


def publication(serial: str) -> str:
    """The serial of what a message was published with."""
    return serial.partition(":")[0]


def all_of(serial: str) -> str:
    """A bound just above all messages that were published with this serial."""
    return publication(serial) + ";"


def before(serial: str) -> str:
    """A bound just below a message's serial."""
    return serial[:-1] + chr(ord(serial[-1]) - 1) + "~"


class Serials:
    """Gives each serial once, even when the clock is set back; ``last`` is the newest one in use."""

    def __init__(self, last: str = LOWEST) -> None:
        self._time, self._count = (time_of(last), int(last[15:21])) if last else (0, 0)

    def next(self) -> str:
        now = int(time() * 1000)
        if now > self._time:
            self._time, self._count = now, 0
        else:
            self._count += 1
            self._time, self._count = self._time + self._count // MOST, self._count % MOST
        return f"{self._time:014d}-{self._count:06d}"
