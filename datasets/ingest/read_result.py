"""What reading a file results in, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

MAX_NAME_LENGTH = 200
"""How many characters a column name may have; a number that makes it unique may add a few."""

ProgressCallback = Callable[[str, int, int], None]
"""Called with what is being done, how many rows are done, and how many there are (0 if that isn't known)."""


class BadFileError(ValueError):
    """A file can't be imported or appended; the message names it, the place in it and what is wrong there."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"{file}: {problem}")


@dataclass(frozen=True)
class ReadResult:
    """The rows of a file in the types of stored datasets; ``read_batches`` starts a new pass over the file.

    ``notices`` are messages for the person who imports, about columns that were left out or renamed.
    """

    row_count: int
    read_batches: Callable[[], Iterator[pa.RecordBatch]]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class FileFormat:
    """A kind of file, which is recognized by the end of its name, and how its rows are read.

    ``read_for_import`` returns the types that datasets are stored in, inferred from the whole file.
    ``read_for_append`` returns the rows as they are, to be checked against the columns of a version.
    """

    suffixes: tuple[str, ...]
    read_for_import: Callable[[Path, ProgressCallback], ReadResult]
    read_for_append: Callable[[Path, ProgressCallback], Iterator[pa.RecordBatch]]


def make_names_unique(names: list[str]) -> tuple[list[str], list[str]]:
    """Return names of 1 to 200 characters, unique whatever their case, and a notice for each changed one."""
    taken = {name.casefold() for name in names}
    seen: set[str] = set()
    unique, notices = [], []
    for position, name in enumerate(names, start=1):
        base = name.strip()[:MAX_NAME_LENGTH].rstrip()
        new = base or f"column {position}"
        number = 2
        while new.casefold() in seen or (new != name and new.casefold() in taken):
            new, number = f"{base or 'column'} ({number})", number + 1
        if new != name:
            was = name[:MAX_NAME_LENGTH]
            notices.append(
                f"column {position} is named {was!r}, which {_renaming_reason(name)}; renamed to {new!r}"
            )
        seen.add(new.casefold())
        unique.append(new)
    return unique, notices


def _renaming_reason(name: str) -> str:
    if not name.strip():
        return "is empty"
    if len(name.strip()) > MAX_NAME_LENGTH:
        return "is too long"
    return "is taken" if name == name.strip() else "has blanks around it"
