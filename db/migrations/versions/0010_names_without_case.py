"""Names that differ only in case are the same name"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = ("users", "groups")
KEY_TYPE = sa.String(1500)


def upgrade() -> None:
    """Of names that differ only in case, one gets the common key; the others keep their own spelling."""
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("name_key", KEY_TYPE, nullable=False, server_default=""))
        _fill_keys(sa.table(table, sa.column("id"), sa.column("name"), sa.column("name_key")))
        with op.batch_alter_table(table) as batch:
            batch.alter_column("name_key", existing_type=KEY_TYPE, server_default=None)
            batch.create_unique_constraint(f"uq_{table}_name_key", ["name_key"])


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"uq_{table}_name_key", type_="unique")
            batch.drop_column("name_key")


def _fill_keys(table: sa.TableClause) -> None:
    connection, taken = op.get_bind(), set[str]()
    rows = connection.execute(sa.select(table.c.id, table.c.name).order_by(table.c.id)).all()
    for id_, name in sorted(rows, key=lambda row: row.name != _fold_name(row.name)):
        key = _fold_name(name) if _fold_name(name) not in taken else name
        taken.add(key)
        connection.execute(sa.update(table).where(table.c.id == id_).values(name_key=key))


def _fold_name(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
