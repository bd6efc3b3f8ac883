"""Live sessions: which exist for a person, their role in each, and how a session is described to pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from accounts.permissions import Permission
from accounts.principals import Principal, PrincipalKind, principal_from_user
from datasets import shares
from datasets.access import effective_access
from datasets.shares import NotAllowedError
from db.engine import transaction
from db.tables import Dataset, LiveMember, LiveSession, Resource, Role, User
from errors import NotFoundError

HIDDEN_PARTS_MESSAGE = "Some parts are hidden because they show data that you don't have access to."
KEY_PATTERN = re.compile(r"[\w-]{16}", re.ASCII)


class LiveRole(StrEnum):
    """The role of a person in a live session."""

    PRESENTER = "presenter"
    CO_PRESENTER = "co-presenter"
    FOLLOWER = "follower"


class UnknownMarkError(NotFoundError):
    """The live session has no such mark."""

    def __init__(self) -> None:
        super().__init__("This live session has no such mark.")


class UnknownLiveSessionError(NotFoundError):
    """The live session doesn't exist, or not for this person."""

    def __init__(self) -> None:
        super().__init__("This live session doesn't exist, or you don't have access to it.")


@dataclass(frozen=True)
class LiveSessionInfo:
    """A live session with the slug of its dataset and the names of its owner, presenter and co-presenters."""

    live: LiveSession
    dataset: str
    names: dict[int, str]

    def to_json(self, person: Principal) -> dict[str, Any]:
        """Return what a page needs to know about the session, except its state."""
        live = self.live
        return {
            "key": live.key,
            "name": live.name,
            "dataset": self.dataset,
            "version": live.version,
            "running": live.ended is None,
            "me": identity_of(person),
            "owner": self._person_json(live.owner_id),
            **self.describe_roles(),
            "role": role_of(person, live),
            "owns": can_manage(person, live),
            "mayPresent": person.has_permission(Permission.PRESENT),
            "started": live.started.isoformat(),
            "ended": live.ended and live.ended.isoformat(),
        }

    def get_marked_rows(self, mark: int) -> int:
        """Return the number of rows that the version had at a mark.

        Raises:
            UnknownMarkError: there is no such mark.
        """
        if not 0 <= mark < len(self.live.marks):
            raise UnknownMarkError
        return self.live.marks[mark]

    def describe_roles(self) -> dict[str, Any]:
        """Return who presents and who may take over."""
        co_presenters = [self._person_json(id_) for id_ in self.live.co_presenters if id_ in self.names]
        return {"presenter": self._person_json(get_presenter_id(self.live)), "coPresenters": co_presenters}

    def _person_json(self, id_: int) -> dict[str, Any]:
        return {"id": id_, "name": self.names[id_]}


def get_presenter_id(live: LiveSession) -> int:
    """Return the number of the person who presents now."""
    return live.owner_id if live.presenter_id is None else live.presenter_id


def identity_of(person: Principal) -> dict[str, Any]:
    """Return as whom a person takes part in live sessions. Guests have negative numbers, one per link."""
    if person.kind is not PrincipalKind.GUEST:
        return {"id": person.id, "name": person.name}
    number = int.from_bytes(sha256(person.key.encode()).digest()[:6])
    return {"id": -1 - number, "name": f"Guest of {person.name}"}


def role_of(person: Principal, live: LiveSession) -> LiveRole:
    """Return the role of a person in a live session."""
    if person.kind is PrincipalKind.GUEST:
        return LiveRole.FOLLOWER
    if person.id == get_presenter_id(live):
        return LiveRole.PRESENTER
    return LiveRole.CO_PRESENTER if person.id in live.co_presenters else LiveRole.FOLLOWER


def can_manage(person: Principal, live: LiveSession) -> bool:
    """Return whether a person may end, rename and delete a session, name co-presenters, and take over."""
    return person.kind is not PrincipalKind.GUEST and (
        person.id == live.owner_id or person.role is Role.ADMIN
    )


def require_not_guest(person: Principal) -> None:
    """Check that a person is not a guest.

    Raises:
        NotAllowedError: they are.
    """
    if person.kind is PrincipalKind.GUEST:
        raise NotAllowedError("Guests can only follow a live session.")


def visible_clause(person: Principal) -> sa.ColumnElement[bool]:
    """Return the condition for live sessions that exist for a person: shared with them, as is the dataset."""
    return sa.and_(
        shares.visible_condition(person, Resource.LIVE), shares.visible_condition(person, Resource.DATASET)
    )


def find_session(person: Principal, key: str) -> LiveSessionInfo:
    """Return a live session that exists for a person.

    Raises:
        UnknownLiveSessionError: it doesn't exist for them.
    """
    return _load_one(key, visible_clause(person))[0]


def find_session_with_access(
    person: Principal, key: str, other: Principal | None
) -> tuple[LiveSessionInfo, bool]:
    """Return a live session that exists for a person, and whether it exists for another person too.

    Raises:
        UnknownLiveSessionError: it doesn't exist for the first person.
    """
    return _load_one(key, visible_clause(person), visible_clause(other) if other else sa.false())


def get_rights_key(person: Principal, session: LiveSessionInfo) -> str:
    """Return the key of a person's rights on the dataset of a live session that exists for them."""
    return effective_access.get_access(person, session.dataset, session.live.version).rights_key


def can_see_session(person: Principal, key: str) -> bool:
    """Return whether a live session exists for a person."""
    query = select(LiveSession.id).join(Dataset).where(LiveSession.key == key, visible_clause(person))
    with transaction() as work:
        return KEY_PATTERN.fullmatch(key) is not None and work.exec(query).first() is not None


def list_members(live: LiveSession) -> list[Principal]:
    """Return the people with an active account who have joined a live session, by name."""
    joined = select(LiveMember.user_id).where(LiveMember.live_id == live.id)
    people = select(User).where(col(User.id).in_(joined), ~col(User.disabled)).order_by(col(User.name))
    with transaction() as work:
        return [principal_from_user(user) for user in work.exec(people)]


def get_session(key: str) -> LiveSessionInfo:
    """Return a live session without checking rights: for the service itself.

    Raises:
        UnknownLiveSessionError: there is none.
    """
    return _load_one(key)[0]


def list_sessions(person: Principal) -> list[LiveSessionInfo]:
    """Return the running sessions that a person sees, and ended ones they owned or joined; latest first."""
    joined = select(LiveMember.live_id).where(LiveMember.user_id == person.id)
    is_own = sa.or_(col(LiveSession.owner_id) == person.id, col(LiveSession.id).in_(joined))
    return _load_all(visible_clause(person), sa.or_(col(LiveSession.ended).is_(None), is_own))


def list_running() -> list[LiveSessionInfo]:
    """Return all running live sessions without checking rights: for the service itself."""
    return _load_all(col(LiveSession.ended).is_(None))


def load_names(work: Session, lives: Iterable[LiveSession]) -> dict[int, str]:
    """Return the names of owners, presenters and co-presenters, without those whose accounts were deleted."""
    ids = {id_ for live in lives for id_ in (live.owner_id, get_presenter_id(live), *live.co_presenters)}
    rows = work.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all()
    return {id_ or 0: name for id_, name in rows}


def _load_one(
    key: str, where: sa.ColumnElement[bool] | None = None, flag: sa.ColumnElement[bool] | None = None
) -> tuple[LiveSessionInfo, bool]:
    """Return a live session that fulfils one condition, and whether it fulfils another."""
    if not KEY_PATTERN.fullmatch(key):
        raise UnknownLiveSessionError
    columns = select(LiveSession, Dataset.slug, sa.true() if flag is None else flag)
    query = columns.join(Dataset).where(LiveSession.key == key, sa.true() if where is None else where)
    with transaction() as work:
        row = work.exec(query).one_or_none()
        if row is None:
            raise UnknownLiveSessionError
        return LiveSessionInfo(row[0], row[1], load_names(work, [row[0]])), bool(row[2])


def _load_all(*where: sa.ColumnElement[bool]) -> list[LiveSessionInfo]:
    query = select(LiveSession, Dataset.slug).join(Dataset).where(*where)
    without_state = defer(cast(Any, LiveSession.state))
    latest_first = query.order_by(col(LiveSession.started).desc(), col(LiveSession.id)).options(without_state)
    with transaction() as work:
        rows = work.exec(latest_first).all()
        names = load_names(work, [live for live, _ in rows])
    return [LiveSessionInfo(live, slug, names) for live, slug in rows]
