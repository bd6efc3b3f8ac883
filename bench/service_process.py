"""The service as `make run` starts it, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLE = "flights"


@dataclass(frozen=True)
class BenchService:
    """Where a running service answers, and its data folder."""

    url: str
    data: Path

    @property
    def password(self) -> str:
        """The admin's."""
        return (self.data / "admin-password").read_text().strip()


@contextmanager
def prepare_data_folder() -> Iterator[Path]:
    """The folder of ``DATAXCHANGE_DATA`` with the sample in it, else one that goes away in the end."""
    given = os.environ.get("DATAXCHANGE_DATA")
    with tempfile.TemporaryDirectory(prefix="dataxchange-bench-") as own:
        folder = Path(given or own).absolute()
        run_dataset_command(folder, "sample")
        yield folder


def run_dataset_command(folder: Path, *command: str) -> None:
    """Run a command of ``dataxchange datasets`` on this data folder."""
    whole = [sys.executable, "-m", "cli", "datasets", *command]
    subprocess.run(whole, cwd=ROOT, env=_make_environment(folder), check=True, stdout=subprocess.DEVNULL)  # noqa: S603


@contextmanager
def run_service(folder: Path) -> Iterator[BenchService]:
    """A started service, which has computed nothing yet but what its start computes.

    Raises:
        RuntimeError: it ended before it listened.
    """
    app, environment = [sys.executable, "app.py"], _make_environment(folder) | {"PORT": "0"}
    with subprocess.Popen(app, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield BenchService(_read_url(process), folder)
        finally:
            process.terminate()


def _make_environment(folder: Path) -> dict[str, str]:
    """Ours, with all data in the folder, whatever database the environment names."""
    return os.environ | {"DATAXCHANGE_DATA": str(folder), "DATABASE_URL": ""}


def _read_url(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        found = re.search(r"DataXchange is at (\S+)", line)
        if found:
            return found[1]
    raise RuntimeError("the service ended before it listened")
