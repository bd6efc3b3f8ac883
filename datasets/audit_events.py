"""What is done to datasets and what is made of them, in the audit log: by the names in their addresses."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from sqlmodel import Session, col, select

from accounts import audit
from accounts.audit import Action
from accounts.principals import Principal
from db.tables import Dataset, Group, LiveSession, Resource, SavedView, Share, User

MOST_OPENED = 100_000
"""Openings that are known at a time."""
ADDRESSES: dict[Resource, tuple[Any, Any]] = {
    Resource.DATASET: (Dataset.slug, Dataset.id),
    Resource.VIEW: (SavedView.key, SavedView.id),
    Resource.LIVE: (LiveSession.key, LiveSession.id),
}
"""The names in addresses, and the numbers."""

_opened: OrderedDict[tuple[str, str, str], None] = OrderedDict()
_lock = Lock()


def opened(by: Principal, slug: str, version: str) -> None:
    """Record that somebody opens a version of a dataset."""
    with _lock:
        _opened[by.key, slug, version] = None
        while len(_opened) > MOST_OPENED:
            _opened.popitem(last=False)
    audit.record(Action.DATASET_OPENED, actor=by, resource=("dataset", slug), version=version)


def asked(by: Principal, slug: str, version: str) -> None:
    """Record that somebody asks about a version without having opened it: as they know its address."""
    if (by.key, slug, version) not in _opened:
        opened(by, slug, version)


def share(action: Action, by: Principal | None, shared: Share, work: Session) -> None:
    """Record what became of a share; ``by`` None is a command on the machine itself."""
    name = work.exec(select(User.name).where(col(User.id) == shared.user_id)).one_or_none()
    group = work.exec(select(Group.name).where(col(Group.id) == shared.group_id)).one_or_none()
    _record(
        action,
        by,
        (Resource(shared.resource), shared.resource_id),
        work,
        among="person" if name else "group" if group else "everyone",
        name=name or group or "",
        level=shared.level,
        rows=shared.conditions or "all",
        masked=shared.masked,
    )


def owner(by: Principal, what: tuple[Resource, int], before: str, after: str, work: Session) -> None:
    """Record that something belongs to somebody else; of a dataset it may have been nobody's (empty)."""
    _record(Action.OWNER_CHANGED, by, what, work, before=before, owner=after)


def _record(
    action: Action,
    by: Principal | None,
    what: tuple[Resource, int],
    work: Session,
    **details: Any,  # noqa: ANN401
) -> None:
    resource, id_ = what
    address, number = ADDRESSES[resource]
    key = work.exec(select(address).where(number == id_)).one()
    audit.record(action, actor=by, resource=(resource, key), work=work, **details)
