"""The entries of the audit log about datasets, saved views and live sessions, which they name as in URLs."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from sqlmodel import Session, col, select

from accounts import audit
from accounts.audit import AuditAction
from accounts.principals import Principal
from db.tables import Dataset, Group, LiveSession, Resource, SavedView, Share, User

MAX_REMEMBERED_OPENINGS = 100_000
"""How many openings are remembered at a time."""
RESOURCE_ADDRESSES: dict[Resource, tuple[Any, Any]] = {
    Resource.DATASET: (Dataset.slug, Dataset.id),
    Resource.VIEW: (SavedView.key, SavedView.id),
    Resource.LIVE: (LiveSession.key, LiveSession.id),
}
"""For each resource, the column with its name in URLs, and that with its id."""

_opened: OrderedDict[tuple[str, str, str], None] = OrderedDict()
_lock = Lock()


def record_opened(by: Principal, slug: str, version: str) -> None:
    """Record that a person opened a version of a dataset."""
    with _lock:
        _opened[by.key, slug, version] = None
        while len(_opened) > MAX_REMEMBERED_OPENINGS:
            _opened.popitem(last=False)
    audit.record_event(AuditAction.DATASET_OPENED, actor=by, resource=("dataset", slug), version=version)


def record_opened_once(by: Principal, slug: str, version: str) -> None:
    """Record that a person used a version that they had not opened before, because they know its URL."""
    if (by.key, slug, version) not in _opened:
        record_opened(by, slug, version)


def record_share(action: AuditAction, by: Principal | None, shared: Share, work: Session) -> None:
    """Record that a share was created, changed or removed; ``by`` None is a command on the machine itself."""
    name = work.exec(select(User.name).where(col(User.id) == shared.user_id)).one_or_none()
    group = work.exec(select(Group.name).where(col(Group.id) == shared.group_id)).one_or_none()
    _record_event(
        action,
        by,
        (Resource(shared.resource), shared.resource_id),
        work,
        among="person" if name else "group" if group else "everyone",
        name=name or group or "",
        level=shared.level,
        rows=shared.conditions or "all",
        columns="all" if shared.shown is None else shared.shown,
        masked=shared.masked,
    )


def record_owner_change(
    by: Principal, what: tuple[Resource, int], before: str, after: str, work: Session
) -> None:
    """Record that a resource has a new owner; ``before`` is empty if a dataset had no owner."""
    _record_event(AuditAction.OWNER_CHANGED, by, what, work, before=before, owner=after)


def _record_event(
    action: AuditAction,
    by: Principal | None,
    what: tuple[Resource, int],
    work: Session,
    **details: Any,  # noqa: ANN401
) -> None:
    resource, id_ = what
    address, number = RESOURCE_ADDRESSES[resource]
    key = work.exec(select(address).where(number == id_)).one()
    audit.record_event(action, actor=by, resource=(resource, key), work=work, **details)
