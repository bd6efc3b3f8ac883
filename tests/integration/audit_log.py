"""An audit log to try: entries written, read, and tampered with."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import select

from accounts import audit
from accounts.audit import AuditAction, log
from accounts.principals import Principal
from db.engine import transaction
from db.tables import AuditEntry, Role

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


ADA = Principal(1, "ada", Role.ANALYST)


def write_entries(count, **more):
    for number in range(count):
        audit.record_event(AuditAction.DATASET_OPENED, actor=ADA, number=number, **more)


def write_old_entries(count):
    """Entries that retention removes."""
    with pytest.MonkeyPatch.context() as past:
        past.setattr(log, "utc_now", lambda: LONG_AGO)
        write_entries(count)


def list_entries():
    with transaction() as work:
        return work.exec(select(AuditEntry).order_by(AuditEntry.number)).all()


def tamper_with_log(*statements):
    """Change the log as only the owner of the database can: without its triggers."""
    tables = ("audit_entries", "audit_checkpoints", "audit_head")
    with transaction() as work:
        connection = work.connection()
        if connection.dialect.name == "postgresql":
            off = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables]
        else:
            off = [
                f"DROP TRIGGER IF EXISTS {name}"
                for name in connection.scalars(
                    sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                )
            ]
        for statement in (*off, *statements):
            connection.execute(sa.text(statement))
