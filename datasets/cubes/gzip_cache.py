"""Frames under gzip, compressed once however many people are sent the same."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from datasets.cubes.single_flight import Kept

LEVEL = 1  # docs/wire.md: others take longer than they spare
GZIP = 31


@dataclass(frozen=True)
class Packed:
    """A frame under gzip."""

    content: bytes

    @property
    def nbytes(self) -> int:
        return len(self.content)


class Frames:
    """Frames by tag, together no more than ``capacity`` bytes. For many threads."""

    def __init__(self, capacity: int) -> None:
        self._kept = Kept(capacity)

    def packed(self, tag: str, encode: Callable[[], bytes]) -> bytes:
        """The frame of a tag under gzip: as kept or, if it is not, of what ``encode`` gives."""
        made = self._kept.of(tag, lambda: {tag: Packed(zlib.compress(encode(), LEVEL, GZIP))})
        return made.content
