"""Old entries go, and what stays can still be verified."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from accounts import audit
from accounts.audit import TamperedError, retention, verify
from db.engine import session
from db.tables import AuditCheckpoint
from tests.integration.audit_log import ADA, LONG_AGO, entries, tamper, write, write_long_ago

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def old():
    """Eight entries of long ago, then two of now."""
    write_long_ago(8)
    write(2)


def test_retention_removes_old_entries_and_the_rest_verifies(monkeypatch, old):
    monkeypatch.setattr(retention, "BATCH", 3)
    noted = entries()[7].hash
    assert audit.prune(ADA) == 8
    assert [(entry.number, entry.action) for entry in entries()] == [
        (9, "dataset.opened"), (10, "dataset.opened"), (11, "audit.pruned"),
    ]  # fmt: skip
    assert entries()[-1].details == {"through": 8, "removed": 8, "until": str(LONG_AGO)}
    assert audit.verify(noted) == audit.Report(9, 11, entries()[-1].hash)
    assert audit.prune() == 0
    assert len(entries()) == 3


def test_retention_of_everything_and_again(monkeypatch, old):
    ages = iter([datetime.now(UTC) + timedelta(days=days) for days in (1000, 2000)])
    monkeypatch.setattr(retention, "now", lambda: next(ages))
    assert audit.prune() == 10
    assert audit.prune() == 1
    with session() as work:
        assert [point.removed for point in work.exec(select(AuditCheckpoint)).all()] == [10, 1]
    assert audit.verify() == audit.Report(12, 12, entries()[-1].hash)
    tamper("DELETE FROM audit_checkpoints WHERE number = 10")
    assert audit.verify().fault == "The checkpoint at entry 11 was altered, or one is missing."


def test_a_prune_that_is_killed_half_way_is_finished_by_the_next(monkeypatch, old):
    monkeypatch.setattr(retention, "_sweep", lambda: None)
    audit.prune()
    monkeypatch.undo()
    assert len(entries()) == 11
    assert not audit.verify().fault
    assert audit.prune() == 0
    assert len(entries()) == 3


def test_retention_hides_no_tampering(old):
    tamper("UPDATE audit_entries SET actor = 'eve' WHERE number = 4")
    with pytest.raises(TamperedError, match="Entry 4 "):
        audit.prune()
    assert len(entries()) == 10


def test_several_prunes_at_once_remove_once(old):
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: audit.prune(), range(4))) == 8
    assert not audit.verify().fault
    assert [entry.number for entry in entries()] == [9, 10, 11]


def test_verifying_beside_writers_and_a_prune_raises_no_alarm(monkeypatch, old):
    monkeypatch.setattr(verify, "BATCH", 2)
    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write, 30) for _ in range(2)]
        pruning = pool.submit(audit.prune)
        while not all(task.done() for task in (*writing, pruning)):
            assert not audit.verify().fault
    assert audit.verify().last == 71
