"""Growing datasets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("dataset_versions") as table:
        table.add_column(sa.Column("grows", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "appended_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("rows_from", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(40)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["dataset_versions.id"],
            name="fk_appended_parts_version_id_dataset_versions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_appended_parts"),
        sa.UniqueConstraint("version_id", "file", name="uq_appended_parts_version_id_file"),
    )
    op.create_index("ix_appended_parts_version_id_rows_from", "appended_parts", ["version_id", "rows_from"])


def downgrade() -> None:
    op.drop_table("appended_parts")
    with op.batch_alter_table("dataset_versions") as table:
        table.drop_column("grows")
