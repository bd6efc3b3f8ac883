"""Marks of live sessions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("live_sessions") as table:
        table.add_column(sa.Column("marks", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("mark", sa.Integer()))
    with op.batch_alter_table("live_sessions") as table:
        table.alter_column("marks", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("live_sessions") as table:
        table.drop_column("mark")
        table.drop_column("marks")
