"""No change to the audit log goes unnoticed."""

import pytest
import sqlalchemy as sa

from accounts import audit
from accounts.audit import verify
from db.engine import transaction
from db.keys import key_ring
from db.tables import AuditHead, Key, KeyPurpose
from tests.integration.audit_log import tamper_with_log, write_entries

pytestmark = pytest.mark.usefixtures("database")


def run_sql(statement):
    with transaction() as work:
        work.connection().execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'eve'",
        "UPDATE audit_entries SET hash = hash WHERE number = 1",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_entries WHERE number = 3",
        "DELETE FROM audit_head",
        "INSERT INTO audit_entries SELECT * FROM audit_entries",
    ],
)
def test_the_database_refuses_to_change_entries(statement):
    write_entries(3)
    with pytest.raises(sa.exc.DatabaseError, match=r"append-only|duplicate key"):
        run_sql(statement)
    assert not audit.verify_log().fault


def test_no_other_way_past_the_triggers(database):
    write_entries(3)
    sqlite = not database.database_url
    around = (
        "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries"
        if sqlite
        else "TRUNCATE audit_entries"
    )
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        run_sql(around)


ALTERED_MESSAGE = "Entry {} is not what was recorded: altered, moved, or put in."
CUT_MESSAGE = "The head, at entry {}, was altered: newer entries may be gone."
COPY = """INSERT INTO audit_entries SELECT {}, moment, actor_id, actor, action, resource_kind, resource_key,
    outcome, address, details, hash FROM audit_entries WHERE number = {}"""
CUT_OFF = """DELETE FROM audit_entries WHERE number > 7;
    UPDATE audit_head SET number = 7, hash = (SELECT hash FROM audit_entries WHERE number = 7)"""
FORGED = """DELETE FROM audit_entries WHERE number <= 4;
    INSERT INTO audit_checkpoints (number, hash, removed, moment, made, seal)
    SELECT 4, hash, 4, moment, moment, hash FROM audit_entries WHERE number = 5"""
SWAP = """UPDATE audit_entries SET number = 99 WHERE number = 4;
    UPDATE audit_entries SET number = 4 WHERE number = 5;
    UPDATE audit_entries SET number = 5 WHERE number = 99"""
MAKE_ROOM = """UPDATE audit_entries SET number = -number - 1 WHERE number >= 5;
    UPDATE audit_entries SET number = -number WHERE number < 0;"""
CLOSE_UP = """DELETE FROM audit_entries WHERE number = 4;
    UPDATE audit_entries SET number = -number + 1 WHERE number > 4;
    UPDATE audit_entries SET number = -number WHERE number < 0"""
TAMPERING = {
    "another actor": ("UPDATE audit_entries SET actor = 'eve' WHERE number = 4", ALTERED_MESSAGE.format(4)),
    "no actor": ("UPDATE audit_entries SET actor_id = NULL WHERE number = 4", ALTERED_MESSAGE.format(4)),
    "the newest": (
        "UPDATE audit_entries SET outcome = 'denied' WHERE number = 10",
        ALTERED_MESSAGE.format(10),
    ),
    "the oldest": ("UPDATE audit_entries SET details = '{}' WHERE number = 1", ALTERED_MESSAGE.format(1)),
    "a sealed value": (
        "UPDATE audit_entries SET details = 'x:y' WHERE number = 6",
        ALTERED_MESSAGE.format(6),
    ),
    "a sealed value moved": (
        "UPDATE audit_entries SET details = (SELECT details FROM audit_entries WHERE number = 3)"
        " WHERE number = 5", ALTERED_MESSAGE.format(5),
    ),
    "a hash": ("UPDATE audit_entries SET hash = 'é' WHERE number = 2", ALTERED_MESSAGE.format(2)),
    "one removed": ("DELETE FROM audit_entries WHERE number = 4", "Entry 4 is missing."),
    "one removed, others moved up": (CLOSE_UP, ALTERED_MESSAGE.format(4)),
    "the first ones removed": ("DELETE FROM audit_entries WHERE number < 4", "Entries 1 to 3 are missing."),
    "two swapped": (SWAP, ALTERED_MESSAGE.format(4)),
    "one put in": (MAKE_ROOM + COPY.format(5, 4), ALTERED_MESSAGE.format(5)),
    "one put behind": (COPY.format(11, 9), ALTERED_MESSAGE.format(11)),
    "the last ones removed": (
        "DELETE FROM audit_entries WHERE number > 7", "Entries 8 to 10 are missing: the end was cut off.",
    ),
    "all removed": ("DELETE FROM audit_entries", "Entries 1 to 10 are missing: the end was cut off."),
    "the last ones and the head": (CUT_OFF, CUT_MESSAGE.format(7)),
    "a seal": ("UPDATE audit_head SET seal = ''", CUT_MESSAGE.format(10)),
    "no head": ("DELETE FROM audit_head", "The head was removed."),
    "a checkpoint forged": (FORGED, "The checkpoint at entry 4 was altered, or one is missing."),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "fault"), TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_is_found_and_named(monkeypatch, statements, fault):
    monkeypatch.setattr(verify, "BATCH", 3)
    write_entries(10)
    tamper_with_log(*statements.split(";"))
    assert audit.verify_log().fault == fault


def test_cutting_off_the_end_stays_found_after_more_was_recorded():
    write_entries(10)
    tamper_with_log(*CUT_OFF.split(";"))
    write_entries(3)
    assert audit.verify_log().fault == ALTERED_MESSAGE.format(8)


def test_another_key_verifies_nothing():
    write_entries(2)
    with transaction() as work:
        work.delete(work.get_one(Key, key_ring.get_current_key(KeyPurpose.AUDIT).id))
    key_ring.create_key(KeyPurpose.AUDIT)
    assert audit.verify_log().fault == ALTERED_MESSAGE.format(1)


def test_a_head_that_was_noted_finds_an_older_database():
    write_entries(5)
    with transaction() as work:
        before = work.get_one(AuditHead, 1)
    write_entries(2)
    noted = audit.verify_log().hash
    write_entries(1)
    assert not audit.verify_log(noted).fault
    tamper_with_log("DELETE FROM audit_entries WHERE number > 5")
    with transaction() as work:
        work.merge(before)
    assert not audit.verify_log().fault
    assert audit.verify_log(noted).fault.startswith(f"No entry has the hash {noted}:")
