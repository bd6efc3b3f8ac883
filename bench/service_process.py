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
class Service:
    """Where a running service answers, and its data folder."""

    url: str
    data: Path

    @property
    def password(self) -> str:
        """The admin's."""
        return (self.data / "admin-password").read_text().strip()


@contextmanager
def data_folder() -> Iterator[Path]:
    """The folder of ``DATAXCHANGE_DATA`` with the sample in it, else one that goes away in the end."""
    given = os.environ.get("DATAXCHANGE_DATA")
    with tempfile.TemporaryDirectory(prefix="dataxchange-bench-") as own:
        folder = Path(given or own).absolute()
        prepare(folder, "sample")
        yield folder


def prepare(folder: Path, *command: str) -> None:
    """Run a command of ``python -m datasets`` on this data folder."""
    whole = [sys.executable, "-m", "datasets", *command]
    subprocess.run(whole, cwd=ROOT, env=_environment(folder), check=True, stdout=subprocess.DEVNULL)  # noqa: S603


@contextmanager
def service(folder: Path) -> Iterator[Service]:
    """A started service, which has computed nothing yet but what its start computes.

    Raises:
        RuntimeError: it ended before it listened.
    """
    app, environment = [sys.executable, "app.py"], _environment(folder) | {"PORT": "0"}
    with subprocess.Popen(app, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield Service(_address(process), folder)
        finally:
            process.terminate()


def _environment(folder: Path) -> dict[str, str]:
    """Ours, with all data in the folder, whatever database the environment names."""
    return os.environ | {"DATAXCHANGE_DATA": str(folder), "DATABASE_URL": ""}


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        found = re.search(r"DataXchange is at (\S+)", line)
        if found:
            return found[1]
    raise RuntimeError("the service ended before it listened")
