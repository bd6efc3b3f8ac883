"""Guest links to live sessions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

LIVE = "fk_guest_links_live_id_live_sessions"
ONE = "ck_guest_links_one_place"


def upgrade() -> None:
    with op.batch_alter_table("guest_links") as table:
        table.alter_column("view_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("live_id", sa.Integer()))
        table.create_foreign_key(LIVE, "live_sessions", ["live_id"], ["id"], ondelete="CASCADE")
        table.create_check_constraint(ONE, "(view_id IS NULL) <> (live_id IS NULL)")
        table.create_index("ix_guest_links_live_id", ["live_id"])


def downgrade() -> None:
    links = sa.table("guest_links", sa.column("id"), sa.column("live_id"))
    sessions = sa.table("sessions", sa.column("guest_link_id"))
    lost = sa.select(links.c.id).where(links.c.live_id.is_not(None))
    op.execute(sa.delete(sessions).where(sessions.c.guest_link_id.in_(lost)))
    op.execute(sa.delete(links).where(links.c.live_id.is_not(None)))
    with op.batch_alter_table("guest_links") as table:
        table.drop_index("ix_guest_links_live_id")
        table.drop_constraint(ONE, type_="check")
        table.drop_constraint(LIVE, type_="foreignkey")
        table.drop_column("live_id")
        table.alter_column("view_id", existing_type=sa.Integer(), nullable=False)
