"""People, rights and keys: who may see what, and what it is sealed with"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Moment = sa.DateTime(timezone=True)
NEW = (
    "sessions",
    "visible_profiles",
    "guest_links",
    "saved_views",
    "shares",
    "recovery_codes",
    "passkeys",
    "one_time_links",
    "memberships",
    "identities",
    "api_tokens",
    "keys",
    "groups",
    "attempts",
    "spent_challenges",
)


def upgrade() -> None:
    _people()
    _ways_in()
    _keys_and_data()
    _rights()


def _people() -> None:
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("email", sa.Text()))
        table.add_column(sa.Column("email_digest", sa.String(64)))
        table.add_column(sa.Column("handle", sa.String(32)))
        table.add_column(sa.Column("totp", sa.Text()))
        table.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"))
        table.alter_column("password_hash", existing_type=sa.String(200), nullable=True)
        table.drop_constraint("uq_users_session_key", type_="unique")
        table.create_unique_constraint("uq_users_email_digest", ["email_digest"])
        table.create_unique_constraint("uq_users_handle", ["handle"])
        table.drop_column("session_key")
    _give_handles()
    with op.batch_alter_table("users") as table:
        table.alter_column("handle", existing_type=sa.String(32), nullable=False)
        table.alter_column("totp_step", existing_type=sa.BigInteger(), server_default=None)
    op.create_table(
        "groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.UniqueConstraint("name", name="uq_groups_name"),
    )
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name="fk_memberships_group_id_groups", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_memberships_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "group_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_group_id", "memberships", ["group_id"])


def _give_handles() -> None:
    users = sa.table("users", sa.column("id"), sa.column("handle"))
    for id_ in op.get_bind().scalars(sa.select(users.c.id)).all():
        op.execute(sa.update(users).where(users.c.id == id_).values(handle=secrets.token_hex(16)))


def _ways_in() -> None:
    op.drop_table("sign_in_links")
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("used", Moment),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_one_time_links_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_links"),
        sa.UniqueConstraint("token_hash", name="uq_one_time_links_token_hash"),
    )
    op.create_index("ix_one_time_links_user_id", "one_time_links", ["user_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used", Moment),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_recovery_codes_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
        sa.UniqueConstraint("code_hash", name="uq_recovery_codes_code_hash"),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("used", Moment),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_passkeys_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_identities_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.UniqueConstraint("issuer", "subject", name="uq_identities_issuer_subject"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("used", Moment),
        sa.Column("revoked", Moment),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_api_tokens_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"])
    op.create_table(
        "attempts",
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last", Moment, nullable=False),
        sa.PrimaryKeyConstraint("bucket", name="pk_attempts"),
    )
    op.create_index("ix_attempts_last", "attempts", ["last"])
    op.create_table(
        "spent_challenges",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_spent_challenges"),
    )
    op.create_index("ix_spent_challenges_expires", "spent_challenges", ["expires"])


def _keys_and_data() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(80)),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.String(64), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("retired", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
    )
    op.create_index("ix_keys_purpose", "keys", ["purpose"])
    with op.batch_alter_table("dataset_versions") as table:
        table.add_column(sa.Column("key_id", sa.String(16)))
        table.alter_column("profile", existing_type=sa.JSON(), type_=sa.Text(), existing_nullable=False)
        table.create_foreign_key("fk_dataset_versions_key_id_keys", "keys", ["key_id"], ["id"])
    with op.batch_alter_table("datasets") as table:
        table.add_column(sa.Column("owner_id", sa.Integer()))
        table.create_index("ix_datasets_owner_id", ["owner_id"])
        table.create_foreign_key(
            "fk_datasets_owner_id_users", "users", ["owner_id"], ["id"], ondelete="SET NULL"
        )
    op.create_table(
        "visible_profiles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("rights", sa.String(64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["dataset_versions.id"],
            name="fk_visible_profiles_version_id_dataset_versions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visible_profiles"),
        sa.UniqueConstraint("version_id", "rights", name="uq_visible_profiles_version_id_rights"),
    )


def _rights() -> None:
    op.create_table(
        "shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(20), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("group_id", sa.Integer()),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("conditions", sa.Text()),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.CheckConstraint("user_id IS NULL OR group_id IS NULL", name="ck_shares_one_subject"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name="fk_shares_group_id_groups", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_shares_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
        sa.UniqueConstraint(
            "resource", "resource_id", "group_id", name="uq_shares_resource_resource_id_group_id"
        ),
        sa.UniqueConstraint(
            "resource", "resource_id", "user_id", name="uq_shares_resource_resource_id_user_id"
        ),
    )
    everyone = sa.text("user_id IS NULL AND group_id IS NULL")
    op.create_index(
        "uq_shares_everyone",
        "shares",
        ["resource", "resource_id"],
        unique=True,
        sqlite_where=everyone,
        postgresql_where=everyone,
    )
    op.create_index("ix_shares_group_id", "shares", ["group_id"])
    op.create_index("ix_shares_resource_resource_id", "shares", ["resource", "resource_id"])
    op.create_index("ix_shares_user_id", "shares", ["user_id"])
    _share_with_everyone()
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("exploration", sa.Text(), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("changed", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name="fk_saved_views_dataset_id_datasets", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_saved_views_owner_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("key", name="uq_saved_views_key"),
    )
    op.create_index("ix_saved_views_dataset_id", "saved_views", ["dataset_id"])
    op.create_index("ix_saved_views_owner_id", "saved_views", ["owner_id"])
    op.create_table(
        "guest_links",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("as_user_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("revoked", Moment),
        sa.Column("opened", Moment),
        sa.ForeignKeyConstraint(
            ["as_user_id"], ["users.id"], name="fk_guest_links_as_user_id_users", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_views.id"], name="fk_guest_links_view_id_saved_views", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_guest_links"),
    )
    op.create_index("ix_guest_links_as_user_id", "guest_links", ["as_user_id"])
    op.create_index("ix_guest_links_view_id", "guest_links", ["view_id"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("guest_link_id", sa.String(32)),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("rotated", Moment, nullable=False),
        sa.Column("confirmed", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("ended", Moment),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_link_id"],
            ["guest_links.id"],
            name="fk_sessions_guest_link_id_guest_links",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sessions_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_guest_link_id", "sessions", ["guest_link_id"])
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def _share_with_everyone() -> None:
    """What was there is everybody's to see, as before."""
    datasets = sa.table("datasets", sa.column("id"))
    shares = sa.table(
        "shares",
        *(sa.column(name) for name in ("resource", "resource_id", "level", "masked")),
        sa.column("created", Moment),
    )
    common = {"resource": "dataset", "level": "view", "masked": "[]", "created": datetime.now(UTC)}
    rows = [common | {"resource_id": id_} for id_ in op.get_bind().scalars(sa.select(datasets.c.id))]
    if rows:
        op.bulk_insert(shares, rows)


def downgrade() -> None:
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("session_key", sa.String(32)))
        for name in ("uq_users_handle", "uq_users_email_digest"):
            table.drop_constraint(name, type_="unique")
        for name in ("totp_step", "totp", "email_digest", "email"):
            table.drop_column(name)
    users = sa.table("users", sa.column("session_key"), sa.column("handle"), sa.column("password_hash"))
    op.execute(sa.update(users).values(session_key=users.c.handle))
    op.execute(sa.update(users).where(users.c.password_hash.is_(None)).values({"password_hash": "!"}))
    with op.batch_alter_table("users") as table:
        table.alter_column("session_key", existing_type=sa.String(32), nullable=False)
        table.alter_column("password_hash", existing_type=sa.String(200), nullable=False)
        table.create_unique_constraint("uq_users_session_key", ["session_key"])
        table.drop_column("handle")
    with op.batch_alter_table("datasets") as table:
        table.drop_constraint("fk_datasets_owner_id_users", type_="foreignkey")
        table.drop_index("ix_datasets_owner_id")
        table.drop_column("owner_id")
    with op.batch_alter_table("dataset_versions") as table:
        table.drop_constraint("fk_dataset_versions_key_id_keys", type_="foreignkey")
        table.drop_column("key_id")
        table.alter_column(
            "profile", existing_type=sa.Text(), type_=sa.JSON(), postgresql_using="profile::json"
        )
    for name in NEW:
        op.drop_table(name)
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("used", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_links"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_links_token_hash"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sign_in_links_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sign_in_links_user_id", "sign_in_links", ["user_id"])
