"""Datasets at rest: nothing readable on disk, nothing altered read, other keys while in use."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

import config
from datasets import catalogue
from datasets.__main__ import main
from datasets.ingest import shuffle
from datasets.ingest.importer import import_file
from datasets.storage import encryption
from datasets.storage.encryption import UnreadableError
from datasets.storage.store import Store
from db.keys import key_ring
from gpu.cpu import CpuEngine
from gpu.cubes import CubeSpec, View

ROOT = Path(__file__).parents[2]
SECRET = "Zanzibar-confidential-7731"
ROWS = 5_000


@pytest.fixture
def file(tmp_path):
    names = [f"{SECRET}-{i % 50}" for i in range(ROWS)]
    arrow_csv.write_csv(pa.table({"name": names, "amount": range(ROWS)}), tmp_path / "patients.csv")
    return tmp_path / "patients.csv"


def imported(file):
    return import_file(file, "patients", "Patients", lambda *_: None, lambda _: None)


def plain_files(folder):
    """Files under a folder in which the secret can be read."""
    return [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def values(store):
    return sorted(value for array in store.read("name") for value in array.to_pylist())


def test_nothing_on_disk_can_be_read(settings, file):
    found = imported(file)
    store = catalogue.store("patients", found.version)
    assert values(store)[0] == f"{SECRET}-0"
    assert store.rows == ROWS
    assert plain_files(settings.data) == []
    with pytest.raises((OSError, pa.ArrowException)):
        pq.read_table(store.files[0])


def test_nothing_can_be_read_while_a_file_comes_in(settings, file, monkeypatch):
    seen = []
    gather = shuffle._gather

    def watched(scratch, *rest):
        seen.append(([bucket.path.stat().st_size for bucket in scratch], plain_files(settings.data)))
        gather(scratch, *rest)

    monkeypatch.setattr(shuffle, "_gather", watched)
    imported(file)
    ((sizes, readable),) = seen
    assert sum(sizes) > 0
    assert readable == []


def test_an_altered_file_is_refused(settings, file):
    found = imported(file)
    (part,) = catalogue.store("patients", found.version).files
    whole = part.read_bytes()
    for at in (200, len(whole) // 2, len(whole) - 40):
        part.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(UnreadableError, match="altered, or written with another key"):
            list(catalogue.store("patients", found.version).parts())
    part.write_bytes(whole)
    assert len(values(catalogue.store("patients", found.version))) == ROWS


def test_a_file_of_another_place_or_key_is_refused(settings, file, tmp_path):
    found = imported(file)
    store = catalogue.store("patients", found.version)
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / store.files[0].name).write_bytes(store.files[0].read_bytes())
    for key in (store.key, encryption.key_for("others")):
        with pytest.raises(UnreadableError):
            values(Store(moved, key))


def test_a_lost_key_is_named(settings, file, signed_in):
    found = imported(file)
    key_ring.forget()
    kept = (settings.data / "secret-key").read_text()
    (settings.data / "secret-key").unlink()
    with pytest.raises(UnreadableError, match=r"'patients' can't be read.*Restore the file"):
        catalogue.store("patients", found.version)
    (settings.data / "secret-key").write_text(kept)
    (settings.data / "secret-key").chmod(0o600)
    assert len(values(catalogue.store("patients", found.version))) == ROWS


def test_off_leaves_files_plain_and_says_so(settings, file):
    config.use(settings.model_copy(update={"encryption": "off"}))
    found = imported(file)
    assert pq.read_table(catalogue.store("patients", found.version).files[0]).num_rows == ROWS
    assert encryption.state() == {"patients": False}
    assert "DATAXCHANGE_ENCRYPTION is off" in encryption.warning()
    config.use(settings)
    assert "Not encrypted yet: patients" in encryption.warning()
    assert main(["rotate"]) == 0
    assert encryption.state() == {"patients": True}
    assert encryption.warning() is None
    assert plain_files(settings.data) == []


def test_keys_change_while_a_reader_reads_and_an_engine_counts(settings, file):
    found = imported(file)
    store = catalogue.store("patients", found.version)
    engine = CpuEngine(store)
    total = CubeSpec(View(()))
    before = store.key.id
    reading = store.read("amount")
    first = next(reading)
    assert main(["rotate", "--slug", "patients"]) == 0
    rest = list(reading)
    assert len(first) + sum(map(len, rest)) == ROWS
    assert engine.cubes([total])[0].count.sum() == ROWS
    assert len(values(store)) == ROWS
    assert catalogue.store("patients", found.version).key.id != before
    assert main(["rotate"]) == 0
    folders = [path for path in (settings.data / "datasets/patients").iterdir() if path.is_dir()]
    assert len(folders) == 1


def test_a_rotation_that_is_killed_goes_on(settings, file):
    versions = [imported(file).version for _ in range(3)]
    script = (
        "import os, signal\n"
        "from datasets import catalogue\n"
        "from datasets.__main__ import main\n"
        "move, times = catalogue.move, []\n"
        "def killed(*each):\n"
        "    move(*each)\n"
        "    times.append(1)\n"
        "    len(times) < 2 or os.kill(os.getpid(), signal.SIGKILL)\n"
        "catalogue.move = killed\n"
        "main(['rotate'])\n"
    )
    environment = os.environ | {"DATAXCHANGE_DATA": str(settings.data)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL

    def keys():
        return [catalogue.store("patients", version).key.id for version in versions]

    half = keys()
    assert len(set(half)) == 2
    assert main(["rotate"]) == 0
    assert set(keys()) == {half[0]}
    assert all(len(values(catalogue.store("patients", version))) == ROWS for version in versions)
