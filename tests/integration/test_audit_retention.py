"""Old entries go, and what stays can still be verified."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from accounts import audit
from accounts.audit import TamperedError, retention, verify
from db.engine import transaction
from db.tables import AuditCheckpoint
from tests.integration.audit_log import (
    ADA,
    LONG_AGO,
    list_entries,
    tamper_with_log,
    write_entries,
    write_old_entries,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def old_entries():
    """Eight entries of long ago, then two of now."""
    write_old_entries(8)
    write_entries(2)


def test_retention_removes_old_entries_and_the_rest_verifies(monkeypatch, old_entries):
    monkeypatch.setattr(retention, "BATCH", 3)
    noted = list_entries()[7].hash
    assert audit.prune_entries(ADA) == 8
    assert [(entry.number, entry.action) for entry in list_entries()] == [
        (9, "dataset.opened"), (10, "dataset.opened"), (11, "audit.pruned"),
    ]  # fmt: skip
    assert list_entries()[-1].details == {"through": 8, "removed": 8, "until": str(LONG_AGO)}
    assert audit.verify_log(noted) == audit.VerificationReport(9, 11, list_entries()[-1].hash)
    assert audit.prune_entries() == 0
    assert len(list_entries()) == 3


def test_retention_of_everything_and_again(monkeypatch, old_entries):
    ages = iter([datetime.now(UTC) + timedelta(days=days) for days in (1000, 2000)])
    monkeypatch.setattr(retention, "utc_now", lambda: next(ages))
    assert audit.prune_entries() == 10
    assert audit.prune_entries() == 1
    with transaction() as work:
        assert [point.removed for point in work.exec(select(AuditCheckpoint)).all()] == [10, 1]
    assert audit.verify_log() == audit.VerificationReport(12, 12, list_entries()[-1].hash)
    tamper_with_log("DELETE FROM audit_checkpoints WHERE number = 10")
    assert audit.verify_log().fault == "The checkpoint at entry 11 was altered, or one is missing."


def test_a_prune_that_is_killed_half_way_is_finished_by_the_next(monkeypatch, old_entries):
    monkeypatch.setattr(retention, "_delete_pruned", lambda: None)
    audit.prune_entries()
    monkeypatch.undo()
    assert len(list_entries()) == 11
    assert not audit.verify_log().fault
    assert audit.prune_entries() == 0
    assert len(list_entries()) == 3


def test_retention_hides_no_tampering(old_entries):
    tamper_with_log("UPDATE audit_entries SET actor = 'eve' WHERE number = 4")
    with pytest.raises(TamperedError, match="Entry 4 "):
        audit.prune_entries()
    assert len(list_entries()) == 10


def test_several_prunes_at_once_remove_once(old_entries):
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: audit.prune_entries(), range(4))) == 8
    assert not audit.verify_log().fault
    assert [entry.number for entry in list_entries()] == [9, 10, 11]


def test_a_prune_that_another_one_overtakes_removes_nothing_and_raises_no_alarm(monkeypatch, old_entries):
    follow_chain = retention.follow_chain

    def follow_after_another_prune(*arguments):
        monkeypatch.setattr(retention, "follow_chain", follow_chain)
        assert audit.prune_entries() == 8
        return follow_chain(*arguments)

    monkeypatch.setattr(retention, "follow_chain", follow_after_another_prune)
    assert audit.prune_entries() == 0
    assert not audit.verify_log().fault


def test_verifying_beside_writers_and_a_prune_raises_no_alarm(monkeypatch, old_entries):
    monkeypatch.setattr(verify, "BATCH", 2)
    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write_entries, 30) for _ in range(2)]
        pruning = pool.submit(audit.prune_entries)
        while not all(task.done() for task in (*writing, pruning)):
            assert not audit.verify_log().fault
    assert audit.verify_log().last == 71
