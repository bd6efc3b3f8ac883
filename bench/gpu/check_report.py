"""The report of a check on a GPU: each line is kept at once, failures are collected, and time is limited."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

MOST_LINES = 12
"""Of the message of a failure."""
STEP_ERRORS = (AssertionError, RuntimeError, MemoryError, ValueError, OSError)
"""What a step can raise: something differs, an error of CUDA, too little memory, or no process."""


class CheckReport:
    """Lines that are printed and written to ``file`` one by one, so that none is lost with the machine.

    Args:
        file: Where the lines are written; None to print them only.
        seconds: How long the check may take.

    Attributes:
        failures: What differed or could not be done, in order.
    """

    def __init__(self, file: Path | None, seconds: float) -> None:
        self._file, self._began, self._seconds = file, time.monotonic(), seconds
        self.failures: list[str] = []
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("")

    @property
    def seconds_left(self) -> float:
        return self._seconds - (time.monotonic() - self._began)

    def write_line(self, line: str) -> None:
        print(line, flush=True)
        if self._file is not None:
            with self._file.open("a") as lines:
                lines.write(f"{line}\n")

    def run_step(self, name: str, work: Callable[[], Iterable[str]]) -> None:
        """Do a step and write its lines as they come; collect its failure. Leave it out if time is over."""
        if self.seconds_left <= 0:
            self.write_line(f"- {name}: left out, as the {self._seconds:.0f} s are over")
            return
        try:
            for line in work():
                self.write_line(line)
        except STEP_ERRORS as error:
            self.add_failure(f"{name}: {type(error).__name__}: {error}")

    def add_failure(self, text: str) -> None:
        lines = [line for line in text.splitlines() if line.strip()]
        self.failures.append("\n".join(lines[:MOST_LINES]))
        self.write_line(f"- FAILED {self.failures[-1]}")

    def write_end(self) -> int:
        """Write the summary and return the exit status: 0 if nothing failed, otherwise 1."""
        taken = self._seconds - self.seconds_left
        failed = f"{len(self.failures)} failed" if self.failures else "nothing failed"
        self.write_line(f"\n{failed}, in {taken:.0f} s")
        return 1 if self.failures else 0
