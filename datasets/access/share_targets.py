"""The names of people and groups that something can be shared with."""

from __future__ import annotations

from enum import StrEnum

from sqlmodel import col, select

from accounts import users
from accounts.groups import find_group_id
from datasets.shares import BadShareError, ShareTarget
from db.engine import transaction
from db.name_keys import begins_folded, fold_name, has_word_beginning
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
    """Return a few people and groups with a name or a word of it that begins with these two or more letters.

    Case doesn't count. Names that begin with the letters come first.
    """
    if len(fold_name(prefix)) < MIN_PREFIX_LENGTH or "\0" in prefix:
        return []
    names: list[NamedTarget] = []
    with transaction() as work:
        for kind, table in ((ShareTargetKind.GROUP, Group), (ShareTargetKind.PERSON, User)):
            query = select(table.name).where(has_word_beginning(table, prefix))
            query = query.order_by(begins_folded(table, prefix).desc(), table.name).limit(MAX_MATCHES)
            if table is User:
                query = query.where(~col(User.disabled))
            names += [(kind, name) for name in work.exec(query)]
    return names[:MAX_MATCHES]


def resolve_target(among: ShareTargetKind, name: str) -> ShareTarget:
    """Return the target with this kind and name, in which case doesn't count; people also by e-mail address.

    Raises:
        BadShareError: there is none with this name.
    """
    if among is ShareTargetKind.EVERYONE:
        return ShareTarget()
    id_ = find_group_id(name) if among is ShareTargetKind.GROUP else _find_person_id(name)
    if id_ is None:
        raise BadShareError(f"There is no {among} named {name!r}.")
    return ShareTarget(group_id=id_) if among is ShareTargetKind.GROUP else ShareTarget(user_id=id_)


def describe_target(target: ShareTarget, name: str) -> str:
    """Return in words whom a share is with; ``name`` is that of the person or group."""
    if target.group_id is not None:
        return f"the group {name}"
    return "everyone signed in" if target.user_id is None else name


def _find_person_id(name: str) -> int | None:
    try:
        return users.require_principal(name).id
    except users.UnknownUserError:
        found = users.find_by_email(name)
    return found.id if found else None


def get_target_kind(target: ShareTarget) -> ShareTargetKind:
    if target.user_id is not None:
        return ShareTargetKind.PERSON
    return ShareTargetKind.EVERYONE if target.group_id is None else ShareTargetKind.GROUP
