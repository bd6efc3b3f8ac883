"""What people do in live sessions: each action is checked, recorded in the audit log, and published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Lock
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, col, select

from accounts import audit, users
from accounts.audit import AuditAction
from accounts.permissions import Permission
from accounts.principals import Principal, PrincipalKind
from datasets import catalogue, shares
from datasets.exploration import Exploration
from datasets.shares import NotAllowedError
from datasets.storage import appended_files
from db.engine import exclusive_transaction, transaction
from db.tables import Dataset, LiveMember, LiveSession, Resource, Share, utc_now
from errors import ConflictError, InvalidError
from realtime.live import recordings, sessions
from realtime.live.rate_limit import RateLimiter
from realtime.live.sessions import LiveRole, LiveSessionInfo, UnknownLiveSessionError

MAX_NAME_LENGTH = 200
"""The number of characters that the name of a live session has at most."""
MAX_CO_PRESENTERS = 50
MAX_MARKS = 1000


class SessionEndedError(ConflictError, ValueError):
    """The action needs a live session that is still running."""

    code = "ended"

    def __init__(self) -> None:
        super().__init__("This live session has ended.")


class SessionRunningError(ConflictError, ValueError):
    """The action needs a live session that has ended."""

    code = "running"

    def __init__(self) -> None:
        super().__init__("This live session is still running. End it first.")


class BadLiveSessionError(InvalidError):
    """The input is not valid; ``where`` is the field that is wrong."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


class LiveEvents(Protocol):
    """Receives the events of live sessions, and tells everyone in the session."""

    def notify_started(self, session: LiveSessionInfo) -> None:
        """The session is running from now on."""

    def publish_message(self, session: LiveSessionInfo, name: str, data: dict[str, Any]) -> None:
        """Publish a message to everyone in the session, in the order of the calls."""

    def offer_exploration(self, by: Principal, session: LiveSessionInfo, exploration: Exploration) -> None:
        """Show the presenter the part of somebody else's exploration that they may see."""

    def notify_roles_changed(self, session: LiveSessionInfo) -> None:
        """Publish who presents now; some people may do less than before."""

    def notify_ended(self, session: LiveSessionInfo) -> None:
        """The session has ended: nobody is in it any longer."""


class LiveSessionActions:
    """The actions of people in live sessions. For many threads."""

    def __init__(self, events: LiveEvents) -> None:
        self._events, self._rate_limiter = events, RateLimiter()
        self._roles_lock = Lock()

    def start_session(self, by: Principal, exploration: Exploration, name: str | None = None) -> str:
        """Start to present an exploration that the person has open, to everyone; return the session's key.

        Raises:
            NotAllowedError: they may not present.
            BadLiveSessionError: the name is not valid.
        """
        _require_present_permission(by)
        with transaction() as work:
            dataset = work.exec(select(Dataset).where(Dataset.slug == exploration.dataset)).one()
            live = LiveSession(
                name=_clean_name(name or f"{by.name} on {dataset.name}"[:MAX_NAME_LENGTH]),
                dataset_id=dataset.id or 0,
                version=exploration.version,
                owner_id=by.id,
                state=exploration.model_dump(mode="json"),
            )
            work.add(live)
            work.flush()
            work.add(recordings.make_first_record(live))
            shares.delete_shares(work, Resource.LIVE, live.id or 0)  # SQLite reuses ids
            work.add(Share(resource=Resource.LIVE, resource_id=live.id or 0))
            _record(AuditAction.LIVE_STARTED, by, live, work, dataset=exploration.dataset)
        self._events.notify_started(LiveSessionInfo(live, exploration.dataset, {by.id: by.name}))
        return live.key

    def join_session(self, person: Principal, key: str) -> LiveSessionInfo:
        """Join a running live session.

        Raises:
            UnknownLiveSessionError: it doesn't exist for them.
            SessionEndedError: it has ended.
        """
        session = sessions.find_session(person, key)
        if session.live.ended is not None:
            raise SessionEndedError
        if person.kind is not PrincipalKind.GUEST:
            _add_member(person, session.live)
        return session

    def ask_to_present(self, by: Principal, key: str) -> None:
        """Ask the presenter to hand over.

        Raises:
            UnknownLiveSessionError, NotAllowedError, SessionEndedError: they may not.
            RateLimitExceededError: they ask too often.
        """
        _require_present_permission(by)
        session = self.join_session(by, key)
        self._rate_limiter.count_request(by.id)
        self._events.publish_message(session, "asked", {"id": by.id, "name": by.name})

    def offer_exploration(self, by: Principal, key: str, exploration: Exploration) -> None:
        """Offer the presenter an exploration of one's own.

        Raises:
            UnknownLiveSessionError, NotAllowedError, SessionEndedError: they may not.
            BadLiveSessionError: it belongs to another dataset or version.
            RateLimitExceededError: they offer too often.
        """
        sessions.require_not_guest(by)
        session = self.join_session(by, key)
        if (exploration.dataset, exploration.version) != (session.dataset, session.live.version):
            raise BadLiveSessionError(
                "exploration", "The exploration must have the dataset and the version of the live session."
            )
        self._rate_limiter.count_request(by.id)
        self._events.offer_exploration(by, session, exploration)

    def list_possible_presenters(self, by: Principal, key: str) -> list[Principal]:
        """Return to whom one can hand over: others who have joined, may present and see the session.

        Raises:
            UnknownLiveSessionError: there is no such session for them.
            NotAllowedError: they may not hand over.
        """
        session = sessions.find_session(by, key)
        _require_may_hand_over(by, session.live)
        presenter = sessions.get_presenter_id(session.live)
        others = [person for person in sessions.list_members(session.live) if person.id != presenter]
        return [person for person in others if _may_present(person) and sessions.can_see_session(person, key)]

    def hand_over(self, by: Principal, key: str, to: int) -> None:
        """Make somebody else the presenter; the presenter, the owner and admins may do this.

        Raises:
            UnknownLiveSessionError, SessionEndedError: there is no such running session for them.
            NotAllowedError: they may not hand over, or the other person can't present.
        """
        other = users.find_by_id(to)
        session, is_visible = sessions.find_session_with_access(by, key, other)
        _require_may_hand_over(by, session.live)  # first: whoever may not learns nothing of the other person
        _require_can_present(is_visible and _may_present(other))
        with self._changing_roles(session) as (work, live):
            _require_may_hand_over(by, live)
            _set_presenter(work, live, to, by)

    def take_over(self, by: Principal, key: str) -> None:
        """Become the presenter; co-presenters, the owner and admins may do this.

        Raises:
            UnknownLiveSessionError, NotAllowedError, SessionEndedError: they may not.
        """
        _require_present_permission(by)
        with self._changing_roles(sessions.find_session(by, key)) as (work, live):
            if sessions.role_of(by, live) is LiveRole.FOLLOWER and not sessions.can_manage(by, live):
                raise NotAllowedError("You can't take over. Ask the presenter to hand over to you.")
            _set_presenter(work, live, by.id, by)

    def set_co_presenters(self, by: Principal, key: str, people: Sequence[int]) -> None:
        """Set who may take over without asking.

        Raises:
            UnknownLiveSessionError, SessionEndedError: there is no such running session for them.
            NotAllowedError: they may not, or one of the people can't present.
            BadLiveSessionError: there are too many people.
        """
        co_presenters = sorted(set(people))
        if len(co_presenters) > MAX_CO_PRESENTERS:
            raise BadLiveSessionError(
                "people", f"A live session can have at most {MAX_CO_PRESENTERS} co-presenters."
            )
        session = sessions.find_session(by, key)
        _require_can_manage(by, session.live)
        for id_ in co_presenters:
            _require_can_present(_can_present(id_, key))
        with self._changing_roles(session) as (work, live):
            _require_can_manage(by, live)
            live.co_presenters = co_presenters
            work.add(live)
            _record(AuditAction.LIVE_CHANGED, by, live, work, co_presenters=co_presenters)

    def add_mark(self, by: Principal, key: str) -> int:
        """Mark the current number of rows, to show these rows whatever is added; return the mark's number.

        Raises:
            UnknownLiveSessionError, NotAllowedError, SessionEndedError: they may not.
            BadLiveSessionError: there are too many marks.
        """
        session = sessions.find_session(by, key)
        rows = appended_files.count_rows(catalogue.find_version(session.dataset, session.live.version)[1])
        with _locked_session(session) as (work, live):
            if sessions.role_of(by, live) is not LiveRole.PRESENTER:
                raise NotAllowedError("Only the presenter can pause the rows for everyone.")
            if len(live.marks) == MAX_MARKS:
                raise BadLiveSessionError(
                    "marks", f"A live session can be paused at most {MAX_MARKS:,} times."
                )
            live.marks = [*live.marks, rows]
            work.add(live)
            _record(AuditAction.LIVE_CHANGED, by, live, work, held_at=rows)
            return len(live.marks) - 1

    def end_session(self, by: Principal, key: str) -> None:
        """End the session for everyone.

        Raises:
            UnknownLiveSessionError, NotAllowedError, SessionEndedError: they may not.
        """
        session = sessions.find_session(by, key)
        with _locked_session(session) as (work, live):
            _require_can_manage(by, live)
            _set_ended(work, live, by)
        self._events.notify_ended(replace(session, live=live))

    def rename_session(self, by: Principal, key: str, name: str) -> None:
        """Rename the session.

        Raises:
            UnknownLiveSessionError, NotAllowedError: they may not.
            BadLiveSessionError: the name is not valid.
        """
        with _locked_session(sessions.find_session(by, key), running=False) as (work, live):
            _require_can_manage(by, live)
            live.name = _clean_name(name)
            work.add(live)
            _record(AuditAction.LIVE_CHANGED, by, live, work, name=live.name)

    def delete_session(self, by: Principal, key: str) -> None:
        """Delete a session that has ended, with its recording.

        Raises:
            UnknownLiveSessionError, NotAllowedError: they may not.
            SessionRunningError: it has not ended.
        """
        with _locked_session(sessions.find_session(by, key), running=False) as (work, live):
            _require_can_manage(by, live)
            if live.ended is None:
                raise SessionRunningError
            shares.delete_shares(work, Resource.LIVE, live.id or 0)
            work.execute(sa.delete(LiveSession).where(col(LiveSession.id) == live.id))
            _record(AuditAction.LIVE_DELETED, by, live, work)

    def replace_absent_presenter(self, key: str) -> None:
        """Make the owner present if the presenter no longer can; end the session if the owner can't."""
        with suppress(UnknownLiveSessionError, SessionEndedError):
            session = sessions.get_session(key)
            if session.live.ended is not None or _can_present(sessions.get_presenter_id(session.live), key):
                return
            if _can_present(session.live.owner_id, key):
                with self._changing_roles(session) as (work, live):
                    _set_presenter(work, live, live.owner_id, None)
            else:
                self._end_unattended(session)

    def _end_unattended(self, session: LiveSessionInfo) -> None:
        with _locked_session(session) as (work, live):
            live.presenter_id = None
            _set_ended(work, live, None)
        self._events.notify_ended(replace(session, live=live))

    @contextmanager
    def _changing_roles(self, session: LiveSessionInfo) -> Iterator[tuple[Session, LiveSession]]:
        """Lock a running session during the block, then publish its roles, in the order of the changes."""
        with self._roles_lock:
            with _locked_session(session) as (work, live):
                yield work, live
                names = sessions.load_names(work, [live])
            self._events.notify_roles_changed(replace(session, live=live, names=names))


@contextmanager
def _locked_session(session: LiveSessionInfo, running: bool = True) -> Iterator[tuple[Session, LiveSession]]:
    """Yield the current row of a live session, locked against other changes during the block."""
    with exclusive_transaction("live") as work:
        live = work.get(LiveSession, session.live.id)
        if live is None:
            raise UnknownLiveSessionError
        if running and live.ended is not None:
            raise SessionEndedError
        yield work, live


def _set_presenter(work: Session, live: LiveSession, id_: int, by: Principal | None) -> None:
    if sessions.get_presenter_id(live) != id_:
        live.presenter_id = None if id_ == live.owner_id else id_
        work.add(live)
        _record(AuditAction.LIVE_HANDED_OVER, by, live, work, to=id_)


def _set_ended(work: Session, live: LiveSession, by: Principal | None) -> None:
    live.ended = utc_now()
    work.add(live)
    _record(AuditAction.LIVE_ENDED, by, live, work)


def _require_may_hand_over(by: Principal, live: LiveSession) -> None:
    if sessions.role_of(by, live) is not LiveRole.PRESENTER and not sessions.can_manage(by, live):
        raise NotAllowedError("Only the presenter, the owner and admins can hand over.")


def _require_can_manage(by: Principal, live: LiveSession) -> None:
    if not sessions.can_manage(by, live):
        raise NotAllowedError("Only the owner of this live session and admins can do that.")


def _require_present_permission(person: Principal) -> None:
    if not person.has_permission(Permission.PRESENT):
        raise NotAllowedError("Your role doesn't allow presenting.")


def _require_can_present(can_present: bool) -> None:
    if not can_present:
        raise NotAllowedError(
            "This person can't present. They need the role presenter or admin, and access to this session."
        )


def _can_present(id_: int, key: str) -> bool:
    """Return whether a person has an active account, may present, and sees the live session."""
    person = users.find_by_id(id_)
    return person is not None and _may_present(person) and sessions.can_see_session(person, key)


def _may_present(person: Principal | None) -> bool:
    return person is not None and person.has_permission(Permission.PRESENT)


def _add_member(person: Principal, live: LiveSession) -> None:
    """Record once that a person has joined."""
    member_key = (live.id or 0, person.id)
    with transaction() as work:
        if work.get(LiveMember, member_key) is not None:
            return
    with exclusive_transaction("live") as work:
        if work.get(LiveMember, member_key) is None:
            work.add(LiveMember(live_id=member_key[0], user_id=member_key[1]))
            _record(AuditAction.LIVE_JOINED, person, live, work)


def _clean_name(name: str) -> str:
    stripped = name.strip()
    if not 1 <= len(stripped) <= MAX_NAME_LENGTH or not stripped.isprintable():
        raise BadLiveSessionError("name", f"The name must have 1 to {MAX_NAME_LENGTH} printable characters.")
    return stripped


def _record(
    action: AuditAction,
    by: Principal | None,
    live: LiveSession,
    work: Session,
    **details: Any,  # noqa: ANN401
) -> None:
    audit.record_event(action, actor=by, resource=("live session", live.key), work=work, **details)
