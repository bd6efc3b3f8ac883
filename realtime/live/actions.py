"""The stage: what people do in live sessions. Each act is checked, recorded, and told to the audience."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import audit, users
from accounts.audit import Action
from accounts.permissions import Permission
from accounts.principals import Kind, Principal
from datasets import catalogue, shares
from datasets.exploration import Exploration
from datasets.shares import NotAllowedError
from datasets.storage import appended_files
from db.engine import alone, session
from db.tables import Dataset, LiveMember, LiveSession, Resource, Share, now
from realtime.live import recordings, sessions
from realtime.live.rate_limit import Pace
from realtime.live.sessions import Part, UnknownLiveError

LONGEST_NAME = 200
MOST_CO_PRESENTERS = 50
MOST_MARKS = 1000


class OverError(ValueError):
    """What is asked for needs a live session that is still running."""

    def __init__(self) -> None:
        super().__init__("This live session has ended.")


class RunningError(ValueError):
    """What is asked for needs a live session that has ended."""

    def __init__(self) -> None:
        super().__init__("End it first: it is still running.")


class BadLiveError(ValueError):
    """There can be no such live session; ``where`` is what is wrong."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


class Audience(Protocol):
    """Who is told: everybody who is in a live session."""

    def began(self, key: str) -> None:
        """It runs from now on."""

    def tell(self, key: str, name: str, data: dict[str, Any]) -> None:
        """Publish on its channel, in the order of the calls."""

    def offer(self, by: Principal, key: str, exploration: Exploration) -> None:
        """Show who presents what somebody else sees, as far as they may see it."""

    def changed(self, key: str) -> None:
        """Tell who presents now; some may do less than before."""

    def over(self, key: str) -> None:
        """Tell that it has ended: nobody is in it any longer."""


class Stage:
    """The acts. For many threads."""

    def __init__(self, audience: Audience) -> None:
        self._audience, self._pace = audience, Pace()

    def start(self, by: Principal, exploration: Exploration, name: str | None = None) -> str:
        """Begin to present an exploration that the person has open, to everyone; returns the key.

        Raises:
            NotAllowedError: they may not present.
            BadLiveError: that is no name.
        """
        _require_presenting(by)
        with session() as work:
            dataset = work.exec(select(Dataset).where(Dataset.slug == exploration.dataset)).one()
            own = LiveSession(
                name=_named(name or f"{by.name} on {dataset.name}"[:LONGEST_NAME]),
                dataset_id=dataset.id or 0,
                version=exploration.version,
                owner_id=by.id,
                state=exploration.model_dump(mode="json"),
            )
            work.add(own)
            work.flush()
            work.add(recordings.first(own))
            shares.forget(work, Resource.LIVE, own.id or 0)  # SQLite gives numbers out again
            work.add(Share(resource=Resource.LIVE, resource_id=own.id or 0))
            _record(Action.LIVE_STARTED, by, own, work, dataset=exploration.dataset)
        self._audience.began(own.key)
        return own.key

    def join(self, person: Principal, key: str) -> sessions.Found:
        """Be in a live session that runs.

        Raises:
            UnknownLiveError: it does not exist for them.
            OverError: it has ended.
        """
        found = sessions.find(person, key)
        if found.live.ended is not None:
            raise OverError
        if person.kind is not Kind.GUEST:
            _remember(person, found.live)
        return found

    def ask(self, by: Principal, key: str) -> None:
        """Ask to present.

        Raises:
            UnknownLiveError, NotAllowedError, OverError: they can't.
            TooOftenError: they do little else.
        """
        _require_presenting(by)
        self.join(by, key)
        self._pace.keep(by.id)
        self._audience.tell(key, "asked", {"id": by.id, "name": by.name})

    def offer(self, by: Principal, key: str, exploration: Exploration) -> None:
        """Offer a state of one's own to the presenter.

        Raises:
            UnknownLiveError, NotAllowedError, OverError: they can't.
            BadLiveError: it is of another dataset or version.
            TooOftenError: they do little else.
        """
        sessions.require_person(by)
        found = self.join(by, key)
        if (exploration.dataset, exploration.version) != (found.dataset, found.live.version):
            raise BadLiveError("exploration", "A live session stays with its version of its dataset.")
        self._pace.keep(by.id)
        self._audience.offer(by, key, exploration)

    def hand_over(self, by: Principal, key: str, to: int) -> None:
        """Let somebody else present: by who presents, owns it or administers.

        Raises:
            UnknownLiveError, NotAllowedError, OverError: they can't, or the other can't present.
        """
        _require_turn(by, sessions.find(by, key).live)  # before anything is told of the other
        _require_able(to, key)
        with _acting(by, key) as (work, own):
            _require_turn(by, own)
            _present(work, own, to, by)
        self._audience.changed(key)

    def take(self, by: Principal, key: str) -> None:
        """Present oneself: a co-presenter takes over, the owner or an admin takes back.

        Raises:
            UnknownLiveError, NotAllowedError, OverError: they can't.
        """
        _require_presenting(by)
        with _acting(by, key) as (work, own):
            if sessions.part(by, own) is Part.FOLLOWER and not sessions.owns(by, own):
                raise NotAllowedError("Ask whoever presents to hand over to you.")
            _present(work, own, by.id, by)
        self._audience.changed(key)

    def appoint(self, by: Principal, key: str, people: Sequence[int]) -> None:
        """Say who may take over without asking.

        Raises:
            UnknownLiveError, NotAllowedError, OverError: they can't, or one of the others can't present.
            BadLiveError: these are too many.
        """
        chosen = sorted(set(people))
        if len(chosen) > MOST_CO_PRESENTERS:
            raise BadLiveError("people", f"There can be {MOST_CO_PRESENTERS} co-presenters at most.")
        _require_owning(by, sessions.find(by, key).live)
        for id_ in chosen:
            _require_able(id_, key)
        with _owning(by, key) as (work, own):
            own.co_presenters = chosen
            work.add(own)
            _record(Action.LIVE_CHANGED, by, own, work, co_presenters=chosen)
        self._audience.changed(key)

    def mark(self, by: Principal, key: str) -> int:
        """Mark the rows that there are now, to show them whatever comes; returns the mark's number.

        Raises:
            UnknownLiveError, NotAllowedError, OverError: they can't.
            BadLiveError: there are too many marks.
        """
        found = sessions.find(by, key)
        rows = appended_files.total(catalogue.find(found.dataset, found.live.version)[1])
        with _acting(by, key) as (work, own):
            if sessions.part(by, own) is not Part.PRESENTER:
                raise NotAllowedError("Only who presents holds it still for all.")
            if len(own.marks) == MOST_MARKS:
                raise BadLiveError("marks", f"A live session can be held still {MOST_MARKS:,} times.")
            own.marks = [*own.marks, rows]
            work.add(own)
            _record(Action.LIVE_CHANGED, by, own, work, held_at=rows)
            return len(own.marks) - 1

    def end(self, by: Principal, key: str) -> None:
        """End it for all.

        Raises:
            UnknownLiveError, NotAllowedError, OverError: they can't.
        """
        with _owning(by, key) as (work, own):
            own.ended = now()
            work.add(own)
            _record(Action.LIVE_ENDED, by, own, work)
        self._audience.over(key)

    def rename(self, by: Principal, key: str, name: str) -> None:
        """Give it another name.

        Raises:
            UnknownLiveError, NotAllowedError: they can't.
            BadLiveError: that is no name.
        """
        with _owning(by, key, running=False) as (work, own):
            own.name = _named(name)
            work.add(own)
            _record(Action.LIVE_CHANGED, by, own, work, name=own.name)

    def delete(self, by: Principal, key: str) -> None:
        """Delete one that has ended, with all that was recorded.

        Raises:
            UnknownLiveError, NotAllowedError: they can't.
            RunningError: it has not ended.
        """
        with _owning(by, key, running=False) as (work, own):
            if own.ended is None:
                raise RunningError
            shares.forget(work, Resource.LIVE, own.id or 0)
            work.execute(sa.delete(LiveSession).where(col(LiveSession.id) == own.id))
            _record(Action.LIVE_DELETED, by, own, work)

    def relieve(self, key: str) -> None:
        """Let the owner present if who presents no longer can; end it if the owner can't either."""
        try:
            found = sessions.of(key)
        except UnknownLiveError:
            return
        if found.live.ended is not None or _is_able(sessions.presenter(found.live), key):
            return
        ends = not _is_able(found.live.owner_id, key)
        with alone("live") as work:
            own = work.get_one(LiveSession, found.live.id)
            own.presenter_id, own.ended = None, own.ended or (now() if ends else None)
            work.add(own)
            _record(Action.LIVE_ENDED if ends else Action.LIVE_HANDED_OVER, None, own, work)
        if ends:
            self._audience.over(key)
        else:
            self._audience.changed(key)


@contextmanager
def _acting(by: Principal, key: str, running: bool = True) -> Iterator[tuple[Session, LiveSession]]:
    """A live session that exists for a person, nobody else's to change until the end of the block."""
    id_ = sessions.find(by, key).live.id
    with alone("live") as work:
        own = work.get(LiveSession, id_)
        if own is None:
            raise UnknownLiveError
        if running and own.ended is not None:
            raise OverError
        yield work, own


@contextmanager
def _owning(by: Principal, key: str, running: bool = True) -> Iterator[tuple[Session, LiveSession]]:
    with _acting(by, key, running) as (work, own):
        _require_owning(by, own)
        yield work, own


def _present(work: Session, own: LiveSession, id_: int, by: Principal) -> None:
    if sessions.presenter(own) != id_:
        own.presenter_id = None if id_ == own.owner_id else id_
        work.add(own)
        _record(Action.LIVE_HANDED_OVER, by, own, work, to=id_)


def _require_turn(by: Principal, own: LiveSession) -> None:
    if sessions.part(by, own) is not Part.PRESENTER and not sessions.owns(by, own):
        raise NotAllowedError("Only who presents hands over.")


def _require_owning(by: Principal, own: LiveSession) -> None:
    if not sessions.owns(by, own):
        raise NotAllowedError("Only who started this live session, or an admin, may do that.")


def _require_presenting(person: Principal) -> None:
    if not person.may(Permission.PRESENT):
        raise NotAllowedError("Your role does not include presenting.")


def _require_able(id_: int, key: str) -> None:
    """Check that somebody could present.

    Raises:
        NotAllowedError: they can't.
    """
    if not _is_able(id_, key):
        raise NotAllowedError("They can't present this: it takes the role, and to see it and its dataset.")


def _is_able(id_: int, key: str) -> bool:
    """Whether somebody is let in, may present, and sees the live session."""
    other = users.of_id(id_)
    return other is not None and other.may(Permission.PRESENT) and sessions.exists(other, key)


def _remember(person: Principal, own: LiveSession) -> None:
    """Record that they are in it, once."""
    place = (own.id or 0, person.id)
    with session() as work:
        if work.get(LiveMember, place) is not None:
            return
    with alone("live") as work:
        if work.get(LiveMember, place) is None:
            work.add(LiveMember(live_id=place[0], user_id=place[1]))
            _record(Action.LIVE_JOINED, person, own, work)


def _named(name: str) -> str:
    plain = name.strip()
    if not 1 <= len(plain) <= LONGEST_NAME or not plain.isprintable():
        raise BadLiveError("name", f"Give the live session a name of 1 to {LONGEST_NAME} letters.")
    return plain


def _record(action: Action, by: Principal | None, own: LiveSession, work: Session, **details: Any) -> None:  # noqa: ANN401
    audit.record(action, actor=by, resource=("live session", own.key), work=work, **details)
