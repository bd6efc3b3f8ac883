"""A cache of compressed frames, each compressed once however many people receive it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from datasets.cubes.single_flight import SingleFlightCache

GZIP_LEVEL = 1  # docs/wire.md: higher levels take longer than they save
GZIP_WINDOW_BITS = 31


@dataclass(frozen=True)
class CompressedFrame:
    """A frame compressed with gzip."""

    content: bytes

    @property
    def nbytes(self) -> int:
        return len(self.content)


class GzipFrameCache:
    """Compressed frames by tag, together at most ``capacity`` bytes. Thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._cache = SingleFlightCache(capacity)

    def get_compressed(self, tag: str, encode: Callable[[], bytes]) -> bytes:
        """Return the compressed frame of a tag; if it is not cached, compress what ``encode`` returns."""
        frame = self._cache.get_or_create(
            tag, lambda: {tag: CompressedFrame(zlib.compress(encode(), GZIP_LEVEL, GZIP_WINDOW_BITS))}
        )
        return frame.content
