"""Live sessions: which exist for a person, what part they have in one, and how it is told."""

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
from accounts.principals import Kind, Principal
from datasets import shares
from datasets.access import effective_access
from datasets.shares import NotAllowedError
from db.engine import session
from db.tables import Dataset, LiveMember, LiveSession, Resource, Role, User

LEFT_OUT = "Parts of what is presented are left out: they show data that is not shared with you."
KEY = re.compile(r"[\w-]{16}", re.ASCII)


class Part(StrEnum):
    """What somebody is in a live session."""

    PRESENTER = "presenter"
    CO_PRESENTER = "co-presenter"
    FOLLOWER = "follower"


class UnknownMarkError(LookupError):
    """A live session was not held still so often."""

    def __init__(self) -> None:
        super().__init__("There is no such mark.")


class UnknownLiveError(LookupError):
    """There is no such live session, or none for this person."""

    def __init__(self) -> None:
        super().__init__("There is no such live session here.")


@dataclass(frozen=True)
class Found:
    """A live session that exists for somebody, the slug of its dataset and the names of who acts in it."""

    live: LiveSession
    dataset: str
    names: dict[int, str]

    def told(self, person: Principal) -> dict[str, Any]:
        """What a page is told of it, but for its state."""
        live = self.live
        return {
            "key": live.key,
            "name": live.name,
            "dataset": self.dataset,
            "version": live.version,
            "running": live.ended is None,
            "me": me(person),
            "owner": self._one(live.owner_id),
            **self.roles(),
            "role": part(person, live),
            "owns": owns(person, live),
            "mayPresent": person.may(Permission.PRESENT),
            "started": live.started.isoformat(),
            "ended": live.ended and live.ended.isoformat(),
        }

    def marked(self, mark: int) -> int:
        """How many rows its version had at a mark.

        Raises:
            UnknownMarkError: there is none such.
        """
        if not 0 <= mark < len(self.live.marks):
            raise UnknownMarkError
        return self.live.marks[mark]

    def roles(self) -> dict[str, Any]:
        """Who presents, and who may take over."""
        others = [self._one(id_) for id_ in self.live.co_presenters if id_ in self.names]
        return {"presenter": self._one(presenter(self.live)), "coPresenters": others}

    def _one(self, id_: int) -> dict[str, Any]:
        return {"id": id_, "name": self.names[id_]}


def presenter(live: LiveSession) -> int:
    """Whose state counts now."""
    return live.owner_id if live.presenter_id is None else live.presenter_id


def me(person: Principal) -> dict[str, Any]:
    """As whom somebody is in live sessions. A guest has a number of their own, which is less than none."""
    if person.kind is not Kind.GUEST:
        return {"id": person.id, "name": person.name}
    number = int.from_bytes(sha256(person.key.encode()).digest()[:6])
    return {"id": -1 - number, "name": f"Guest of {person.name}"}


def part(person: Principal, live: LiveSession) -> Part:
    if person.kind is Kind.GUEST:
        return Part.FOLLOWER
    if person.id == presenter(live):
        return Part.PRESENTER
    return Part.CO_PRESENTER if person.id in live.co_presenters else Part.FOLLOWER


def owns(person: Principal, live: LiveSession) -> bool:
    """Whether they may end, name and delete it, say who co-presents, and take back."""
    return person.kind is not Kind.GUEST and (person.id == live.owner_id or person.role is Role.ADMIN)


def require_person(somebody: Principal) -> None:
    """Check that this is nobody's guest.

    Raises:
        NotAllowedError: it is.
    """
    if somebody.kind is Kind.GUEST:
        raise NotAllowedError("Guests follow; nothing else.")


def visible(person: Principal) -> sa.ColumnElement[bool]:
    """The live sessions that exist for a person: those shared with them, of datasets that exist for them."""
    return sa.and_(shares.visible(person, Resource.LIVE), shares.visible(person, Resource.DATASET))


def find(person: Principal, key: str) -> Found:
    """A live session.

    Raises:
        UnknownLiveError: it does not exist for them.
    """
    return _one(key, visible(person))


def rights(person: Principal, found: Found) -> str:
    """The key of a person's rights on the dataset of a live session that exists for them."""
    return effective_access.of(person, found.dataset, found.live.version).key


def exists(person: Principal, key: str) -> bool:
    try:
        find(person, key)
    except UnknownLiveError:
        return False
    return True


def of(key: str) -> Found:
    """A live session, whoever asks: for the service itself.

    Raises:
        UnknownLiveError: there is none.
    """
    return _one(key)


def listed(person: Principal) -> list[Found]:
    """What runs of what a person sees, and what has ended and they owned or took part in; latest first."""
    been = select(LiveMember.live_id).where(LiveMember.user_id == person.id)
    own = sa.or_(col(LiveSession.owner_id) == person.id, col(LiveSession.id).in_(been))
    return _found(visible(person), sa.or_(col(LiveSession.ended).is_(None), own))


def running() -> list[Found]:
    """Every live session in progress: for the service itself."""
    return _found(col(LiveSession.ended).is_(None))


def _one(key: str, *where: sa.ColumnElement[bool]) -> Found:
    if not KEY.fullmatch(key):
        raise UnknownLiveError
    query = select(LiveSession, Dataset.slug).join(Dataset).where(LiveSession.key == key, *where)
    with session() as work:
        row = work.exec(query).one_or_none()
        if row is None:
            raise UnknownLiveError
        return Found(row[0], row[1], _names(work, [row[0]]))


def _found(*where: sa.ColumnElement[bool]) -> list[Found]:
    query = select(LiveSession, Dataset.slug).join(Dataset).where(*where)
    unread = defer(cast(Any, LiveSession.state))
    latest_first = query.order_by(col(LiveSession.started).desc(), col(LiveSession.id)).options(unread)
    with session() as work:
        rows = work.exec(latest_first).all()
        names = _names(work, [live for live, _ in rows])
    return [Found(live, slug, names) for live, slug in rows]


def _names(work: Session, lives: Iterable[LiveSession]) -> dict[int, str]:
    """The names of who owns, presents and co-presents; who has left is not among them."""
    ids = {id_ for live in lives for id_ in (live.owner_id, presenter(live), *live.co_presenters)}
    rows = work.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all()
    return {id_ or 0: name for id_, name in rows}
