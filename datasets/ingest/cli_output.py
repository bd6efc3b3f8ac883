"""Progress and notices on the console."""

from __future__ import annotations

import sys


def progress(what: str, done: int, rows: int) -> None:
    """One line that rewrites itself on a terminal; elsewhere a line when a stage is complete."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{_line(what, done, rows)}")
        sys.stderr.flush()
    elif done == rows:
        sys.stderr.write(f"{what}: {rows:,} rows\n")


def _line(what: str, done: int, rows: int) -> str:
    if done == rows:
        return ""
    return f"{what}: {done / rows:.0%} of {rows:,} rows" if rows else f"{what}: {done:,} rows"


def notice(sentence: str) -> None:
    sys.stderr.write(f"note: {sentence}\n")
