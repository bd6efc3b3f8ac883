"""Groups of users, with whom things can be shared at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from accounts import audit
from accounts.audit import AuditAction
from accounts.paging import PageOptions, paginate
from accounts.principals import Principal
from db.engine import transaction
from db.name_keys import contains_folded, select_named
from db.tables import Group, Membership, User

MAX_NAME_LENGTH = 80
FIRST_PAGE = PageOptions()


class UnknownGroupError(LookupError):
    """There is no such group or user."""


class BadGroupNameError(ValueError):
    """The group can't have this name; the message says why."""


@dataclass(frozen=True)
class GroupRow:
    """A row in the list of groups."""

    id: int
    name: str
    members: int
    created: datetime


def create_group(by: Principal, name: str) -> int:
    """Create a group and return its id.

    Raises:
        BadGroupNameError: the name is empty, too long or taken.
    """
    with _naming_transaction(name) as (work, new_name):
        group = Group(name=new_name)
        work.add(group)
        work.flush()
        _record_event(AuditAction.GROUP_CREATED, by, group, work)
        return group.id or 0


def rename_group(by: Principal, id_: int, name: str) -> None:
    """Rename a group.

    Raises:
        UnknownGroupError: there is no such group.
        BadGroupNameError: the name is empty, too long or taken.
    """
    with _naming_transaction(name) as (work, new_name):
        group = _require_group(work, id_)
        before, group.name = group.name, new_name
        work.add(group)
        work.flush()
        _record_event(AuditAction.GROUP_RENAMED, by, group, work, before=before)


def delete_group(by: Principal, id_: int) -> None:
    """Delete a group and its shares.

    Raises:
        UnknownGroupError: there is no such group.
    """
    with transaction() as work:
        group = _require_group(work, id_)
        work.delete(group)
        _record_event(AuditAction.GROUP_DELETED, by, group, work)


def add_member(by: Principal, id_: int, user_id: int) -> None:
    """Add a user to a group. If they are in it already, do nothing.

    Raises:
        UnknownGroupError: there is no such group or user.
    """
    with transaction() as work:
        group, user = _require_group(work, id_), work.get(User, user_id)
        if user is None:
            raise UnknownGroupError("This user doesn't exist.")
        if work.get(Membership, (user_id, id_)) is None:
            work.add(Membership(user_id=user_id, group_id=id_))
            _record_event(AuditAction.GROUP_JOINED, by, group, work, who=user.name)


def remove_member(by: Principal, id_: int, user_id: int) -> None:
    """Remove a user from a group. If they are not in it, do nothing.

    Raises:
        UnknownGroupError: there is no such group.
    """
    with transaction() as work:
        group, member = _require_group(work, id_), work.get(Membership, (user_id, id_))
        if member is not None:
            work.delete(member)
            _record_event(AuditAction.GROUP_LEFT, by, group, work, who=work.get_one(User, user_id).name)


def list_user_groups(user_id: int) -> list[Group]:
    """Return the groups of a user, sorted by name."""
    query = select(Group).join(Membership).where(Membership.user_id == user_id).order_by(col(Group.name))
    with transaction() as work:
        return list(work.exec(query))


def list_groups(text: str = "", page: PageOptions = FIRST_PAGE) -> tuple[list[GroupRow], int]:
    """Return a page of the groups, and their total number."""
    wanted = [contains_folded(Group, text)] if text else []
    with transaction() as work:
        total = work.scalar(sa.select(sa.func.count()).select_from(Group).where(*wanted))
        sorted_by = {"name": col(Group.name), "members": _member_count(), "created": col(Group.created)}
        rows = work.execute(paginate(_row_query().where(*wanted), page, sorted_by, col(Group.name))).all()
    return [GroupRow(*row) for row in rows], total or 0


def get_group_row(id_: int) -> GroupRow | None:
    with transaction() as work:
        row = work.execute(_row_query().where(col(Group.id) == id_)).one_or_none()
    return GroupRow(*row) if row else None


def find_group_id(name: str) -> int | None:
    """Return the id of the group with this name, in which case and extra spaces don't count."""
    with transaction() as work:
        return work.exec(select_named(select(Group.id), Group, name)).first()


def list_group_names() -> list[tuple[int, str]]:
    """Return the ids and names of all groups, for a menu."""
    with transaction() as work:
        return [
            (row[0], row[1])
            for row in work.execute(sa.select(col(Group.id), col(Group.name)).order_by(col(Group.name)))
        ]


@contextmanager
def _naming_transaction(name: str) -> Iterator[tuple[Session, str]]:
    """Open a transaction that gives a group this name, without surrounding blanks; yield both."""
    new_name = name.strip()
    if not 1 <= len(new_name) <= MAX_NAME_LENGTH or not new_name.isprintable():
        raise BadGroupNameError(f"Enter a name of 1 to {MAX_NAME_LENGTH} characters for the group.")
    try:
        with transaction() as work:
            yield work, new_name
    except IntegrityError as error:
        raise BadGroupNameError(f"The group name {new_name!r} is already taken.") from error


def _member_count() -> Any:  # noqa: ANN401
    members = sa.select(sa.func.count()).where(col(Membership.group_id) == col(Group.id))
    return members.correlate(Group).scalar_subquery()


def _row_query() -> sa.Select[Any]:
    return sa.select(col(Group.id), col(Group.name), _member_count(), col(Group.created))


def _require_group(work: Session, id_: int) -> Group:
    group = work.get(Group, id_)
    if group is None:
        raise UnknownGroupError("This group doesn't exist.")
    return group


def _record_event(
    action: AuditAction,
    by: Principal,
    group: Group,
    work: Session,
    **details: Any,  # noqa: ANN401
) -> None:
    audit.record_event(action, actor=by, resource=("group", group.name), work=work, **details)
