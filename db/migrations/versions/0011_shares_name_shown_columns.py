"""Shares name the columns that they show"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from db.keys.column_encryption import decrypt_text, encrypt_text

revision = "0011"
down_revision = "0010"

SHARES = sa.table("shares", *map(sa.column, ("id", "resource", "resource_id", "masked", "shown")))
VERSIONS = sa.table("dataset_versions", *map(sa.column, ("id", "dataset_id", "profile")))


def upgrade() -> None:
    """What a share with hidden columns shows of the versions there are, it shows from now on, and no more."""
    op.add_column("shares", sa.Column("shown", sa.Text(), nullable=True))
    connection = op.get_bind()
    query = sa.select(SHARES).where(SHARES.c.resource == "dataset")
    for id_, _, dataset_id, stored, _ in connection.execute(query).all():
        masked = _read_json(stored, "shares.masked")
        if masked:
            shown = json.dumps([name for name in _list_columns(dataset_id) if name not in masked])
            kept = shown if _is_plain(stored) else encrypt_text(shown, "shares.shown")
            connection.execute(sa.update(SHARES).where(SHARES.c.id == id_).values(shown=kept))


def downgrade() -> None:
    with op.batch_alter_table("shares") as table:
        table.drop_column("shown")


def _list_columns(dataset_id: int) -> list[str]:
    """Return the names of the columns of all versions of a dataset."""
    query = sa.select(VERSIONS.c.profile).where(VERSIONS.c.dataset_id == dataset_id)
    profiles = op.get_bind().scalars(query.order_by(VERSIONS.c.id)).all()
    columns = (_read_json(stored, "dataset_versions.profile")["columns"] for stored in profiles)
    return list(dict.fromkeys(column["name"] for each in columns for column in each))


def _is_plain(stored: str) -> bool:
    return stored[:1] in "{["


def _read_json(stored: str, column: str) -> Any:  # noqa: ANN401
    return json.loads(stored if _is_plain(stored) else decrypt_text(stored, column))
