"""The owners of datasets, saved views and live sessions, and how ownership passes to another user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import user_admin, users
from accounts.principals import Principal, principal_from_user
from datasets import audit_events, shares
from datasets.shares import RESOURCE_TABLES, ShareableRow
from db.engine import transaction
from db.tables import Dataset, LiveSession, Resource, Role, SavedView, User, utc_now


class UnknownOwnerError(LookupError):
    """The user can't own anything: they don't exist, or are disabled."""


class NewOwnerRequiredError(ValueError):
    """A user who owns something is to be deleted, and no new owner is named."""

    def __init__(self) -> None:
        super().__init__("Choose a new owner for what they own.")


@dataclass(frozen=True)
class OwnedItems:
    """The names of what a user owns; ``sessions`` are live sessions."""

    datasets: tuple[str, ...]
    views: tuple[str, ...]
    sessions: tuple[str, ...]

    @property
    def all_names(self) -> tuple[str, ...]:
        return self.datasets + self.views + self.sessions


def list_owned(user_id: int) -> OwnedItems:
    with transaction() as work:
        datasets = select(Dataset.name).where(Dataset.owner_id == user_id).order_by(col(Dataset.id))
        views = select(SavedView.name).where(SavedView.owner_id == user_id).order_by(col(SavedView.id))
        sessions = (
            select(LiveSession.name).where(LiveSession.owner_id == user_id).order_by(col(LiveSession.id))
        )
        return OwnedItems(tuple(work.exec(datasets)), tuple(work.exec(views)), tuple(work.exec(sessions)))


def transfer_all(by: Principal, from_id: int, to_id: int) -> None:
    """Transfer everything that a user owns to another user, and end tnew_owner running live sessions.

    Raises:
        UnknownOwnerError: the other user doesn't exist or is disabled.
    """
    new_owner = _get_owner_name(to_id)
    with transaction() as work:
        before = work.get_one(User, from_id).name
        _end_live_sessions(work, from_id)
        for resource, table in RESOURCE_TABLES.items():
            given = sa.update(table).where(col(table.owner_id) == from_id).values(owner_id=to_id)
            for id_ in work.scalars(given.returning(col(table.id))).all():
                audit_events.record_owner_change(by, (resource, id_ or 0), before, new_owner, work)


def _end_live_sessions(work: Session, owner: int) -> None:
    """End the running sessions of an owner: a new owner has not asked to present to tnew_owner audience."""
    running = (col(LiveSession.owner_id) == owner, col(LiveSession.ended).is_(None))
    work.execute(sa.update(LiveSession).where(*running).values(ended=utc_now()))


def claim_dataset(slug: str, name: str | None) -> None:
    """Make a user, or with None the first admin, the owner of a dataset that has no owner."""
    owner = _find_first_admin() if name is None else users.find_by_name(name)
    with transaction() as work:
        ownerless = (col(Dataset.slug) == slug, col(Dataset.owner_id).is_(None))
        work.execute(sa.update(Dataset).where(*ownerless).values(owner_id=owner and owner.id))


def _find_first_admin() -> Principal | None:
    query = select(User).where(User.role == Role.ADMIN, ~col(User.disabled)).order_by(col(User.id))
    with transaction() as work:
        user = work.exec(query).first()
    return principal_from_user(user) if user else None


def require_owner(name: str) -> None:
    """Check that there is a user with this name who can own something.

    Raises:
        UnknownOwnerError: there is none.
    """
    if users.find_by_name(name) is None:
        raise UnknownOwnerError(f"There is no user named {name!r}.")


def transfer_one(by: Principal, resource: Resource, id_: int, to_id: int) -> None:
    """Transfer one dataset or saved view to another owner.

    Raises:
        LookupError, NotAllowedError: ``by`` may not do that, or the other user doesn't exist or is disabled.
    """
    shares.require_sharing_right(by, resource, id_)
    new_owner = _get_owner_name(to_id)
    with transaction() as work:
        found = cast(ShareableRow, work.get_one(RESOURCE_TABLES[resource], id_))
        before = work.get(User, found.owner_id) if found.owner_id else None
        found.owner_id = to_id
        work.add(found)
        audit_events.record_owner_change(by, (resource, id_), before.name if before else "", new_owner, work)


def _get_owner_name(user_id: int) -> str:
    """Return the name of a user who is to own something."""
    with transaction() as work:
        user = work.get(User, user_id)
    if user is None or user.disabled:
        raise UnknownOwnerError("there is no such user")
    return user.name


def delete_user(by: Principal, user_id: int, new_owner_id: int | None = None) -> None:
    """Delete a user; the new owner gets tnew_owner datasets, saved views and live sessions.

    Raises:
        NewOwnerRequiredError: they own something, and there is no new owner, or it is the same user.
        LookupError: there is no such user, or no such new owner.
        LastAdminError: no admin would be left.
    """
    owned = list_owned(user_id)
    if owned.all_names:
        if new_owner_id is None or new_owner_id == user_id:
            raise NewOwnerRequiredError
        user_admin.disable_user(by, user_id)  # so that they don't save another view meanwhile
        transfer_all(by, user_id, new_owner_id)
    user_admin.delete_user(by, user_id)
