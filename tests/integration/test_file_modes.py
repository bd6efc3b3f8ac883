"""What an entry point writes is readable by its owner only, whatever the umask of the shell is."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.test_startup import run_service

ROOT = Path(__file__).parents[2]
FEED_TOOL = """
import pyarrow as pa
from realtime.feeds import __main__ as tool
tool.load_sorted_flights = lambda: pa.table({"delay": [1, 2, 3]})
tool.main()
"""
CUXFILTER_WORKER = """
import sys
from pathlib import Path
from types import SimpleNamespace
from gpu.cuxfilter.worker import __main__ as worker
worker.load_packages = lambda: None
worker.import_module = lambda _: SimpleNamespace(serve=lambda *_: Path(sys.argv[1]).write_text("cache"))
worker.main("engine")
"""
COMMANDS = {
    "datasets": ["-m", "cli", "datasets", "import", "trips.csv", "--name", "Trips"],
    "accounts": ["-m", "cli", "accounts", "add", "ada"],
    "audit": ["-m", "cli", "audit", "verify"],
    "broker": ["-m", "realtime.broker", "--key"],
    "feed tool": ["-c", FEED_TOOL],
    "cuxfilter worker": ["-c", CUXFILTER_WORKER, "cache"],
}


@pytest.fixture(autouse=True)
def usual_umask():
    """What a shell has: others may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def data_folder(tmp_path):
    return tmp_path / "srv" / "data"


def list_exposed_paths(folder):
    found = [folder, *folder.rglob("*")]
    return [path for path in found if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_leaves_nothing_readable_for_others(data_folder, tmp_path, name):
    (tmp_path / "trips.csv").write_text("delay\n1\n")
    (tmp_path / "srv").mkdir(mode=0o700)
    command = [sys.executable, *COMMANDS[name]]
    own = os.environ | {"DATAXCHANGE_DATA": str(data_folder), "PYTHONPATH": str(ROOT), "DATABASE_URL": ""}
    if name == "cuxfilter worker":
        command[-1] = str(tmp_path / "srv" / "cache")
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    written = [path for path in (tmp_path / "srv").rglob("*") if path.is_file()]
    assert written, done.stderr
    assert list_exposed_paths(tmp_path / "srv") == []


def test_the_service_leaves_nothing_readable_for_others(data_folder):
    with run_service(data_folder) as service:
        assert service.read_address()
        service.send_signal()
    assert list_exposed_paths(data_folder) == []
