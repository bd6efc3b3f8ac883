"""How much a file may hold: what is more is refused before it takes the memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ByteSize

from config import settings, variable
from datasets.ingest.read_result import BadFileError
from datasets.storage.store import is_text


def require(file: Path, what: str, found: int, bound: str) -> None:
    """See that there are no more of ``what`` than the setting ``bound`` allows.

    Raises:
        BadFileError: there are; names the bound, and the setting by which to move it.
    """
    most: int = getattr(settings(), bound)
    if found > most:
        raise BadFileError(
            file, f"{what}: {_shown(found, most)}; {variable(bound)} allows {_shown(most, most)}"
        )


def require_block(file: Path, columns: Iterable[tuple[str, pa.Array]]) -> int:
    """The bytes that these columns take decoded; dictionaries are not decoded to learn them.

    Raises:
        BadFileError: they take more than a block may, or have a text that is too long.
    """
    size = 0
    for name, values in columns:
        longest, taken = _texts(values) if is_text(values.type) else (0, values.nbytes)
        require(file, f"column {name!r} has a text that is too long", longest, "import_text")
        size += taken
    require(file, "its rows are too wide", size, "import_block")
    return size


def _texts(values: pa.Array) -> tuple[int, int]:
    """How long the longest text is, and how many bytes they take in all."""
    if not pa.types.is_dictionary(values.type):
        return pc.max(pc.binary_length(values)).as_py() or 0, values.nbytes
    lengths = pc.cast(pc.binary_length(values.dictionary), pa.int64())
    return pc.max(lengths).as_py() or 0, pc.sum(lengths.take(values.indices)).as_py() or 0


def _shown(count: int, most: int) -> str:
    return ByteSize(count).human_readable() if isinstance(most, ByteSize) else f"{count:,}"
