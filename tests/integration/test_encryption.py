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
from datasets.commands import main
from datasets.ingest import shuffle
from datasets.ingest.importer import import_file
from datasets.storage import encryption
from datasets.storage.encryption import UnreadableDatasetError
from datasets.storage.store import Store
from db.keys import key_ring
from gpu.cpu import CpuEngine
from gpu.cubes import CubeSpec, ViewSpec

ROOT = Path(__file__).parents[2]
SECRET = "Zanzibar-confidential-7731"
ROWS = 5_000


@pytest.fixture
def patients_file(tmp_path):
    names = [f"{SECRET}-{i % 50}" for i in range(ROWS)]
    arrow_csv.write_csv(pa.table({"name": names, "amount": range(ROWS)}), tmp_path / "patients.csv")
    return tmp_path / "patients.csv"


def import_patients(patients_file):
    return import_file(patients_file, "patients", "Patients", lambda *_: None, lambda _: None)


def find_plain_files(folder):
    """Files under a folder in which the secret can be read."""
    return [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def read_names(store):
    return sorted(value for array in store.read_column("name") for value in array.to_pylist())


def test_nothing_on_disk_can_be_read(settings, patients_file):
    found = import_patients(patients_file)
    store = catalogue.open_store("patients", found.version)
    assert read_names(store)[0] == f"{SECRET}-0"
    assert store.row_count == ROWS
    assert find_plain_files(settings.data) == []
    with pytest.raises((OSError, pa.ArrowException)):
        pq.read_table(store.imported_files[0])


def test_nothing_can_be_read_while_a_file_comes_in(settings, patients_file, monkeypatch):
    seen = []
    gather = shuffle._gather

    def gather_and_check(scratch, *rest):
        seen.append(([bucket.path.stat().st_size for bucket in scratch], find_plain_files(settings.data)))
        gather(scratch, *rest)

    monkeypatch.setattr(shuffle, "_gather", gather_and_check)
    import_patients(patients_file)
    ((sizes, readable),) = seen
    assert sum(sizes) > 0
    assert readable == []


def test_an_altered_file_is_refused(settings, patients_file):
    found = import_patients(patients_file)
    (part,) = catalogue.open_store("patients", found.version).imported_files
    whole = part.read_bytes()
    for at in (200, len(whole) // 2, len(whole) - 40):
        part.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(UnreadableDatasetError, match="altered, or written with another key"):
            list(catalogue.open_store("patients", found.version).read_imported_files())
    part.write_bytes(whole)
    assert len(read_names(catalogue.open_store("patients", found.version))) == ROWS


def test_a_file_of_another_place_or_key_is_refused(settings, patients_file, tmp_path):
    found = import_patients(patients_file)
    store = catalogue.open_store("patients", found.version)
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / store.imported_files[0].name).write_bytes(store.imported_files[0].read_bytes())
    for key in (store.key, encryption.get_or_create_key("others")):
        with pytest.raises(UnreadableDatasetError):
            read_names(Store(moved, key))


def test_a_lost_key_is_named(settings, patients_file, sign_in_as):
    found = import_patients(patients_file)
    key_ring.clear_cache()
    kept = (settings.data / "secret-key").read_text()
    (settings.data / "secret-key").unlink()
    with pytest.raises(UnreadableDatasetError, match=r"'patients' can't be read.*Restore the file"):
        catalogue.open_store("patients", found.version)
    (settings.data / "secret-key").write_text(kept)
    (settings.data / "secret-key").chmod(0o600)
    assert len(read_names(catalogue.open_store("patients", found.version))) == ROWS


def test_off_leaves_files_plain_and_says_so(settings, patients_file):
    config.override_settings(settings.model_copy(update={"encryption": "off"}))
    found = import_patients(patients_file)
    assert pq.read_table(catalogue.open_store("patients", found.version).imported_files[0]).num_rows == ROWS
    assert encryption.list_encryption_states() == {"patients": False}
    assert "DATAXCHANGE_ENCRYPTION is off" in encryption.encryption_warning()
    config.override_settings(settings)
    assert "Not encrypted yet: patients" in encryption.encryption_warning()
    assert main(["rotate"]) == 0
    assert encryption.list_encryption_states() == {"patients": True}
    assert encryption.encryption_warning() is None
    assert find_plain_files(settings.data) == []


def test_keys_change_while_a_reader_reads_and_an_engine_counts(settings, patients_file):
    found = import_patients(patients_file)
    store = catalogue.open_store("patients", found.version)
    engine = CpuEngine(store)
    total = CubeSpec(ViewSpec(()))
    before = store.key.id
    reading = store.read_column("amount")
    first = next(reading)
    assert main(["rotate", "--slug", "patients"]) == 0
    rest = list(reading)
    assert len(first) + sum(map(len, rest)) == ROWS
    assert engine.compute_cubes([total])[0].count.sum() == ROWS
    assert len(read_names(store)) == ROWS
    assert catalogue.open_store("patients", found.version).key.id != before
    assert main(["rotate"]) == 0
    folders = [path for path in (settings.data / "datasets/patients").iterdir() if path.is_dir()]
    assert len(folders) == 1


def test_a_rotation_that_is_killed_goes_on(settings, patients_file):
    versions = [import_patients(patients_file).version for _ in range(3)]
    script = (
        "import os, signal\n"
        "from datasets import catalogue\n"
        "from datasets.commands import main\n"
        "move, times = catalogue.move_version, []\n"
        "def killed(*each):\n"
        "    move(*each)\n"
        "    times.append(1)\n"
        "    len(times) < 2 or os.kill(os.getpid(), signal.SIGKILL)\n"
        "catalogue.move_version = killed\n"
        "main(['rotate'])\n"
    )
    environment = os.environ | {"DATAXCHANGE_DATA": str(settings.data)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL

    def list_key_ids():
        return [catalogue.open_store("patients", version).key.id for version in versions]

    half = list_key_ids()
    assert len(set(half)) == 2
    assert main(["rotate"]) == 0
    assert set(list_key_ids()) == {half[0]}
    assert all(len(read_names(catalogue.open_store("patients", version))) == ROWS for version in versions)
