"""The names of people and groups that something can be shared with."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col, select

from datasets.shares import BadShareError, ShareTarget
from db.engine import transaction
from db.tables import Group, User

MIN_PREFIX_LENGTH = 2
MAX_MATCHES = 8


class ShareTargetKind(StrEnum):
    PERSON = "person"
    GROUP = "group"
    EVERYONE = "everyone"


NamedTarget = tuple[ShareTargetKind, str]
"""A person or group by name; everyone has the empty name."""


def find_targets(prefix: str) -> list[NamedTarget]:
    """Return the first few people and groups whose names begin with a prefix of at least two letters."""
    if len(prefix) < MIN_PREFIX_LENGTH or "\0" in prefix:
        return []
    names: list[NamedTarget] = []
    with transaction() as work:
        for kind, table in ((ShareTargetKind.GROUP, Group), (ShareTargetKind.PERSON, User)):
            begins = sa.func.lower(table.name).startswith(prefix.lower(), autoescape=True)
            query = select(table.name).where(begins).order_by(table.name).limit(MAX_MATCHES)
            if table is User:
                query = query.where(~col(User.disabled))
            names += [(kind, name) for name in work.exec(query)]
    return names[:MAX_MATCHES]


def resolve_target(among: ShareTargetKind, name: str) -> ShareTarget:
    """Return the target with this kind and name.

    Raises:
        BadShareError: there is none with this name.
    """
    if among is ShareTargetKind.EVERYONE:
        return ShareTarget()
    table = Group if among is ShareTargetKind.GROUP else User
    with transaction() as work:
        id_ = None if "\0" in name else work.exec(select(table.id).where(table.name == name)).one_or_none()
    if id_ is None:
        raise BadShareError(f"There is no {among} named {name!r}.")
    return ShareTarget(group_id=id_) if among is ShareTargetKind.GROUP else ShareTarget(user_id=id_)


def get_target_kind(target: ShareTarget) -> ShareTargetKind:
    if target.user_id is not None:
        return ShareTargetKind.PERSON
    return ShareTargetKind.EVERYONE if target.group_id is None else ShareTargetKind.GROUP
