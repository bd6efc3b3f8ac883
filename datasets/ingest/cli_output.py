"""Progress and notices of commands on the console."""

from __future__ import annotations

import sys


def print_progress(what: str, done: int, rows: int) -> None:
    """Print progress: on a terminal a line that is overwritten, elsewhere a line when a stage is complete."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{_progress_line(what, done, rows)}")
        sys.stderr.flush()
    elif done == rows:
        sys.stderr.write(f"{what}: {rows:,} rows\n")


def _progress_line(what: str, done: int, rows: int) -> str:
    if done == rows:
        return ""
    return f"{what}: {done / rows:.0%} of {rows:,} rows" if rows else f"{what}: {done:,} rows"


def print_notice(sentence: str) -> None:
    sys.stderr.write(f"note: {sentence}\n")
