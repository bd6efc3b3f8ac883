"""Limits for imported files, which are checked before the content takes memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ByteSize

from config import get_env_variable, get_settings
from datasets.ingest.read_result import BadFileError
from datasets.ingest.stored_types import TEXT, list_stored_types, unwrap_values


def require_within(file: Path, what: str, amount: int, setting: str) -> None:
    """Check that an amount doesn't exceed a setting; ``what`` says in messages what was counted.

    Raises:
        BadFileError: it does; the message names the limit and the setting to change it.
    """
    most: int = getattr(get_settings(), setting)
    allowed = f"{get_env_variable(setting)} allows {_format_amount(most, most)}"
    if amount > most:
        raise BadFileError(file, f"{what}: {_format_amount(amount, most)}; {allowed}")


def require_block_within(file: Path, columns: Iterable[tuple[str, pa.Array]]) -> int:
    """Return how many bytes these columns take when decoded; dictionaries aren't decoded to find out.

    Raises:
        BadFileError: they take more than a block may, or contain a text that is too long.
    """
    size = 0
    for name, values in columns:
        longest, taken = _measure_values(values)
        require_within(file, f"column {name!r} has a text that is too long", longest, "import_text")
        size += taken
    require_within(file, "its rows are too wide", size, "import_block")
    return size


def _measure_values(values: pa.Array) -> tuple[int, int]:
    """Return the length of the longest text, and how many bytes all values take; texts are in UTF-8."""
    if list_stored_types(values.type) != (TEXT,):
        return 0, values.nbytes
    if not pa.types.is_dictionary(values.type):
        return pc.max(_measure_lengths(unwrap_values(values))).as_py() or 0, values.nbytes
    lengths = _measure_lengths(values.dictionary)
    return pc.max(lengths).as_py() or 0, pc.sum(lengths.take(values.indices)).as_py() or 0


def _measure_lengths(texts: pa.Array) -> pa.Array:
    return pc.cast(pc.binary_length(pc.cast(texts, TEXT)), pa.int64())


def _format_amount(count: int, most: int) -> str:
    return ByteSize(count).human_readable() if isinstance(most, ByteSize) else f"{count:,}"
