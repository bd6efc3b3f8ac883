"""Who may use what: datasets, saved views and live sessions, shared with people, groups or everyone.

Owners and admins manage what there is; everybody else has what their shares allow, which each say it for one
person, one group or everyone. docs/rights.md has the whole model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from accounts.audit import Action
from accounts.permissions import Permission
from accounts.principals import Kind, Principal
from datasets import audit_events
from db.engine import session
from db.tables import Dataset, Group, Level, LiveSession, Membership, Resource, Role, SavedView, Share, User

LEVELS = tuple(Level)
"""In their order: each includes those before it."""
Shared = Dataset | SavedView | LiveSession
TABLES: dict[Resource, type[Shared]] = {
    Resource.DATASET: Dataset,
    Resource.VIEW: SavedView,
    Resource.LIVE: LiveSession,
}
TRIES = 3


class NotAllowedError(PermissionError):
    """The person may use this, but not do that with it."""


class UnknownShareError(LookupError):
    """There is no such share, or nobody it could be with."""


class BadShareError(ValueError):
    """Nothing can be shared like this; says why."""


@dataclass(frozen=True)
class Subject:
    """With whom something is shared: a user, a group or, with neither, everyone signed in."""

    user_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True)
class Terms:
    """What a share allows; of a dataset it may show some rows only, and leave out columns."""

    level: Level = Level.VIEW
    conditions: list[dict[str, Any]] | None = None
    masked: tuple[str, ...] = ()


EVERYONE = Subject()


def level(person: Principal, resource: Resource, id_: int) -> Level | None:
    """What a person may do with it; None: it does not exist for them."""
    table = TABLES[resource]
    query = select(table.id, table.owner_id).where(table.id == id_, visible(person, resource))
    with session() as work:
        found = work.exec(query).one_or_none()
        if found is None:
            return None
        if person.kind is Kind.GUEST:
            return Level.VIEW
        return highest(person, found[1], applying(work, person, resource, id_))


def highest(person: Principal, owner: int | None, found: Sequence[Share]) -> Level:
    """What a person may do with what exists for them, by who owns it and the shares with them."""
    if person.role is Role.ADMIN or owner == person.id:
        return Level.MANAGE
    return max((Level(share.level) for share in found), key=LEVELS.index, default=Level.VIEW)


def demand(person: Principal, resource: Resource, id_: int, wanted: Level) -> None:
    """Check that a person may do this much.

    Raises:
        LookupError: it does not exist for them.
        NotAllowedError: they may do less.
    """
    has = level(person, resource, id_)
    if has is None:
        raise UnknownShareError(f"there is no such {resource}")
    if LEVELS.index(has) < LEVELS.index(wanted):
        raise NotAllowedError(f"You may {has} this {resource}, not {wanted} it.")


def demand_sharing(person: Principal, resource: Resource, id_: int) -> None:
    """Check that a person may say who else uses this: who manages it and may save.

    Raises:
        LookupError: it does not exist for them.
        NotAllowedError: they may not.
    """
    demand(person, resource, id_, Level.MANAGE)
    if not person.may(Permission.SAVE):
        raise NotAllowedError("Your role does not include sharing.")


def visible(person: Principal, resource: Resource) -> sa.ColumnElement[bool]:
    """The rows of ``TABLES[resource]`` that exist for a person, as a condition of a query.

    For a guest that is their saved view or live session, and its dataset (of a live session while that runs),
    as long as the user whose rights they have sees it.
    """
    if person.kind is Kind.GUEST:
        only = col(SavedView.id) == person.view_id
        if resource is Resource.VIEW:
            return only
        if resource is Resource.LIVE:
            return col(LiveSession.id) == person.live_id
        running = sa.and_(col(LiveSession.id) == person.live_id, col(LiveSession.ended).is_(None))
        views, lives = select(SavedView.dataset_id).where(only), select(LiveSession.dataset_id).where(running)
        shown = sa.or_(col(Dataset.id).in_(views), col(Dataset.id).in_(lives))
        return sa.and_(shown, _of_user(person, resource))
    return _of_user(person, resource)


def _of_user(person: Principal, resource: Resource) -> sa.ColumnElement[bool]:
    if person.role is Role.ADMIN:
        return sa.true()
    table = TABLES[resource]
    shared = select(Share.resource_id).where(Share.resource == resource, shared_with(person))
    on_stage = _on_stage(person) if resource is Resource.LIVE else sa.false()
    return sa.or_(col(table.owner_id) == person.id, col(table.id).in_(shared), on_stage)


def _on_stage(person: Principal) -> sa.ColumnElement[bool]:
    """The live sessions in which somebody presents or co-presents: the list is JSON, such as ``[1, 12]``."""
    opened = sa.func.replace(sa.cast(LiveSession.co_presenters, sa.Text), "[", " ")
    helps = sa.func.replace(opened, "]", ",").contains(f" {person.id},")
    return sa.or_(col(LiveSession.presenter_id) == person.id, helps)


def shared_with(person: Principal) -> sa.ColumnElement[bool]:
    """The shares with a person: their own, those of their groups, and everyone's."""
    groups = select(Membership.group_id).where(Membership.user_id == person.id)
    everyone = sa.and_(col(Share.user_id).is_(None), col(Share.group_id).is_(None))
    return sa.or_(col(Share.user_id) == person.id, col(Share.group_id).in_(groups), everyone)


def applying(work: Session, person: Principal, resource: Resource, id_: int) -> Sequence[Share]:
    """The shares of a resource with a person."""
    return work.exec(select(Share).where(*_on(resource, id_), shared_with(person))).all()


def of(by: Principal, resource: Resource, id_: int) -> list[tuple[Share, str]]:
    """The shares of a resource, oldest first, each with the name of the person or group, or "".

    Raises:
        LookupError, NotAllowedError: ``by`` may not know.
    """
    demand_sharing(by, resource, id_)
    query = select(Share, sa.func.coalesce(User.name, Group.name, "")).outerjoin(User).outerjoin(Group)
    with session() as work:
        return list(work.exec(query.where(*_on(resource, id_)).order_by(col(Share.id))).all())


def give(by: Principal, resource: Resource, id_: int, subject: Subject, terms: Terms) -> Share:
    """Share something with somebody; what was shared with them before is shared on these terms instead.

    Raises:
        LookupError, NotAllowedError: ``by`` may not.
        BadShareError: nothing can be shared like this.
    """
    demand_sharing(by, resource, id_)
    _require_sense(resource, terms)
    return put(resource, id_, subject, terms, by)


def change(by: Principal, share_id: int, terms: Terms) -> Share:
    """Share on other terms.

    Raises:
        LookupError, NotAllowedError: there is no such share, or ``by`` may not.
        BadShareError: nothing can be shared like this.
    """
    share = _known(by, share_id)
    _require_sense(Resource(share.resource), terms)
    subject = Subject(share.user_id, share.group_id)
    return put(Resource(share.resource), share.resource_id, subject, terms, by)


def take(by: Principal, share_id: int) -> None:
    """Share no longer.

    Raises:
        LookupError, NotAllowedError: there is no such share, or ``by`` may not.
    """
    share = _known(by, share_id)
    with session() as work:
        gone = sa.delete(Share).where(col(Share.id) == share.id).returning(col(Share.id))
        if work.execute(gone).first():
            audit_events.share(Action.SHARE_REMOVED, by, share, work)


def put(resource: Resource, id_: int, subject: Subject, terms: Terms, by: Principal | None = None) -> Share:
    """Share something, whoever asks: for commands on the machine itself."""
    for left in reversed(range(TRIES)):
        try:
            return _put(resource, id_, subject, terms, by)
        except IntegrityError:  # somebody has shared it with them at this very moment
            if not left:
                raise
    raise AssertionError


def open_to_everyone(slug: str) -> None:
    """Let everyone signed in see all of a dataset, whoever asks: for commands on the machine itself."""
    with session() as work:
        id_ = work.exec(select(Dataset.id).where(Dataset.slug == slug)).one() or 0
    put(Resource.DATASET, id_, EVERYONE, Terms())


def forget(work: Session, resource: Resource, id_: int) -> None:
    """Remove the shares of what is deleted, or of a namesake by number that was."""
    work.execute(sa.delete(Share).where(*_on(resource, id_)))


def _put(resource: Resource, id_: int, subject: Subject, terms: Terms, by: Principal | None) -> Share:
    own = (col(Share.user_id) == subject.user_id, col(Share.group_id) == subject.group_id)
    with session() as work:
        known = work.exec(select(Share).where(*_on(resource, id_), *own)).one_or_none()
        share = known or Share(
            resource=resource, resource_id=id_, user_id=subject.user_id, group_id=subject.group_id
        )
        share.level, share.conditions, share.masked = terms.level, terms.conditions, list(terms.masked)
        work.add(share)
        work.flush()
        audit_events.share(Action.SHARE_CHANGED if known else Action.SHARE_CREATED, by, share, work)
        return share


def _known(by: Principal, share_id: int) -> Share:
    with session() as work:
        share = work.get(Share, share_id)
    if share is None:
        raise UnknownShareError("there is no such share")
    try:
        demand_sharing(by, Resource(share.resource), share.resource_id)
    except UnknownShareError as error:
        raise UnknownShareError("there is no such share") from error
    return share


def _on(resource: Resource, id_: int) -> tuple[sa.ColumnElement[bool], ...]:
    return cast(Any, Share.resource) == resource, col(Share.resource_id) == id_


def _require_sense(resource: Resource, terms: Terms) -> None:
    partial = terms.conditions is not None or terms.masked
    if partial and resource is not Resource.DATASET:
        raise BadShareError("Only of a dataset can some rows or columns be shared.")
    if partial and terms.level is Level.MANAGE:
        raise BadShareError("Who manages a dataset sees all of it.")
    if resource is Resource.LIVE and terms.level is not Level.VIEW:
        raise BadShareError("A live session is shared to be followed, and nothing else.")
