"""The audit log"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("audit_entries", "audit_head", "audit_checkpoints")
FIXED = "number, moment, actor_id, actor, action, resource_kind, resource_key, outcome, hash"
"""What never changes in an entry. The other two are sealed: a rotation of keys seals them anew."""
UNSEALED = "(SELECT coalesce(max(number), 0) FROM audit_checkpoints)"


def upgrade() -> None:
    entries()
    heads_and_checkpoints()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in sqlite_triggers() if sqlite else postgresql_triggers():
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuse(), audit_keep()")


def entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("resource_kind", sa.String(40), nullable=False),
        sa.Column("resource_key", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entries"),
    )
    for columns in (
        ["moment"],
        ["actor", "number"],
        ["action", "number"],
        ["resource_kind", "resource_key", "number"],
        ["outcome", "number"],
    ):
        op.create_index(f"ix_audit_entries_{'_'.join(columns)}", "audit_entries", columns)


def heads_and_checkpoints() -> None:
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64, "seal": ""}])
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_checkpoints"),
    )


def sqlite_triggers() -> list[str]:
    """SQLite's REPLACE deletes without asking a trigger: a number that is taken is refused before."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    taken = "EXISTS (SELECT 1 FROM {0} WHERE number = NEW.number)"
    return [
        f"CREATE TRIGGER audit_{name} BEFORE {event} WHEN {condition} {refuse}"
        for name, event, condition in (
            ("entries_insert", "INSERT ON audit_entries", taken.format("audit_entries")),
            ("entries_update", f"UPDATE OF {FIXED} ON audit_entries", "TRUE"),
            ("entries_delete", "DELETE ON audit_entries", f"OLD.number > {UNSEALED}"),
            ("checkpoints_insert", "INSERT ON audit_checkpoints", taken.format("audit_checkpoints")),
            ("checkpoints_update", "UPDATE ON audit_checkpoints", "TRUE"),
            ("checkpoints_delete", "DELETE ON audit_checkpoints", "TRUE"),
            ("head_delete", "DELETE ON audit_head", "TRUE"),
        )
    ]


def postgresql_triggers() -> list[str]:
    refuse = "RAISE EXCEPTION 'the audit log is append-only'"
    function = "CREATE FUNCTION audit_{}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} END $$"
    kept = f"IF OLD.number > {UNSEALED} THEN {refuse}; END IF; RETURN OLD;"
    events = {
        "audit_entries": f"UPDATE OF {FIXED} OR TRUNCATE",
        "audit_checkpoints": "UPDATE OR DELETE OR TRUNCATE",
        "audit_head": "DELETE OR TRUNCATE",
    }
    return [
        function.format("refuse", f"{refuse};"),
        function.format("keep", kept),
        *(
            f"CREATE TRIGGER {table}_refuse BEFORE {event} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
            for table, event in events.items()
        ),
        "CREATE TRIGGER audit_entries_keep BEFORE DELETE ON audit_entries"
        " FOR EACH ROW EXECUTE FUNCTION audit_keep()",
    ]
