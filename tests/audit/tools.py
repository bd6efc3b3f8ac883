"""How checks run the programs they need, and say what they found."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results"
TOOLS = ROOT / ".audit/bin"
NO_TELEMETRY = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}


class NotCheckedError(Exception):
    """A check could not be made: nothing is known, which is not the same as nothing found."""


class UnreachableError(NotCheckedError):
    """It could not reach its data, which is elsewhere."""


def run_program(
    *command: object, time_limit: float = 300, **options: object
) -> subprocess.CompletedProcess[str]:
    """The finished program, whatever its status.

    Raises:
        NotCheckedError: it is not installed, or takes longer than ``time_limit`` seconds.
    """
    line = [str(part) for part in command]
    options = {"cwd": ROOT, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL} | options
    try:
        return subprocess.run(line, check=False, timeout=time_limit, **options)
    except FileNotFoundError as error:
        raise NotCheckedError(f"{line[0]} is not installed: make audit installs it") from error
    except subprocess.TimeoutExpired as error:
        raise NotCheckedError(f"{line[0]} took longer than {time_limit:.0f} s") from error


def list_problems(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What a program that ends with 0 when all is well has to say."""
    return [(done.stdout + done.stderr).strip()] if done.returncode else []
