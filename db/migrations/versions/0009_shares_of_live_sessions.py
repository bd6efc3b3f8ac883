"""Shares of live sessions"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Moment = sa.DateTime(timezone=True)
LIVE = "live session"
SHARES = sa.table(
    "shares",
    *(sa.column(name) for name in ("resource", "resource_id", "level", "masked")),
    sa.column("created", Moment),
)


def upgrade() -> None:
    """What was there stays with everyone who sees its dataset."""
    lives = sa.table("live_sessions", sa.column("id"))
    common = {"resource": LIVE, "level": "view", "masked": "[]", "created": datetime.now(UTC)}
    rows = [common | {"resource_id": id_} for id_ in op.get_bind().scalars(sa.select(lives.c.id))]
    if rows:
        op.bulk_insert(SHARES, rows)


def downgrade() -> None:
    op.execute(sa.delete(SHARES).where(SHARES.c.resource == LIVE))
