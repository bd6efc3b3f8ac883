"""Live sessions and what is recorded of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    live_sessions()
    live_members()
    live_records()


def downgrade() -> None:
    op.drop_table("live_members")
    op.drop_table("live_records")
    op.drop_table("live_sessions")


def live_sessions() -> None:
    op.create_table(
        "live_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("presenter_id", sa.Integer()),
        sa.Column("co_presenters", sa.JSON(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String(200), nullable=False),
        sa.Column("cipher", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_live_sessions"),
        sa.UniqueConstraint("key", name="uq_live_sessions_key"),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name="fk_live_sessions_dataset_id_datasets", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_live_sessions_owner_id_users"),
        sa.ForeignKeyConstraint(
            ["presenter_id"], ["users.id"], name="fk_live_sessions_presenter_id_users", ondelete="SET NULL"
        ),
    )
    for column in ("dataset_id", "owner_id", "presenter_id", "ended"):
        op.create_index(f"ix_live_sessions_{column}", "live_sessions", [column])


def live_members() -> None:
    op.create_table(
        "live_members",
        sa.Column("live_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("joined", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("live_id", "user_id", name="pk_live_members"),
        sa.ForeignKeyConstraint(
            ["live_id"],
            ["live_sessions.id"],
            name="fk_live_members_live_id_live_sessions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_live_members_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_live_members_user_id", "live_members", ["user_id"])


def live_records() -> None:
    op.create_table(
        "live_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_live_records"),
        sa.UniqueConstraint("live_id", "number", name="uq_live_records_live_id_number"),
        sa.ForeignKeyConstraint(
            ["live_id"],
            ["live_sessions.id"],
            name="fk_live_records_live_id_live_sessions",
            ondelete="CASCADE",
        ),
    )
