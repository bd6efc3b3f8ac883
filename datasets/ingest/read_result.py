"""A file on its way in: what a reader makes of it, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

LONGEST_NAME = 200
"""Letters of a column's name; what a number tells apart may have a few more."""


class BadFileError(ValueError):
    """The file can't become a dataset; the message names it, the place in it and what is wrong there."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"{file}: {problem}")


@dataclass(frozen=True)
class Incoming:
    """Rows in the types datasets are stored in; ``batches`` starts a fresh pass over the file.

    ``notices`` are sentences for the person who imports: columns left out or renamed.
    """

    rows: int
    batches: Callable[[], Iterator[pa.RecordBatch]]
    notices: tuple[str, ...]


def unique_names(names: list[str]) -> tuple[list[str], list[str]]:
    """Names of 1 to 200 letters, unique whatever their case, and a notice for each that had to change."""
    taken = {name.casefold() for name in names}
    seen: set[str] = set()
    unique, notices = [], []
    for position, name in enumerate(names, start=1):
        base = name.strip()[:LONGEST_NAME].rstrip()
        new = base or f"column {position}"
        number = 2
        while new.casefold() in seen or (new != name and new.casefold() in taken):
            new, number = f"{base or 'column'} ({number})", number + 1
        if new != name:
            was = name[:LONGEST_NAME]
            notices.append(f"column {position} is called {was!r}, which is {_why(name)}; it is now {new!r}")
        seen.add(new.casefold())
        unique.append(new)
    return unique, notices


def _why(name: str) -> str:
    if not name.strip():
        return "no name"
    if len(name.strip()) > LONGEST_NAME:
        return "too long"
    return "taken" if name == name.strip() else "padded with blanks"
