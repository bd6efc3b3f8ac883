"""Shares: what people may do with datasets, saved views and live sessions.

Owners and admins manage a resource. Everyone else may do what the shares with them allow; each share is with
one person, with one group or with everyone. docs/rights.md describes the whole model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from accounts.audit import AuditAction
from accounts.permissions import Permission
from accounts.principals import Principal, PrincipalKind
from datasets import audit_events, share_columns
from db.engine import transaction
from db.tables import Dataset, Group, Level, LiveSession, Membership, Resource, Role, SavedView, Share, User
from errors import ForbiddenError, InvalidError, NotFoundError

LEVELS = tuple(Level)
"""The levels in ascending order: each includes those before it."""
ShareableRow = Dataset | SavedView | LiveSession
RESOURCE_TABLES: dict[Resource, type[ShareableRow]] = {
    Resource.DATASET: Dataset,
    Resource.VIEW: SavedView,
    Resource.LIVE: LiveSession,
}
MAX_ATTEMPTS = 3


class NotAllowedError(ForbiddenError):
    """The person may use the resource, but may not do this with it."""


class UnknownShareError(NotFoundError):
    """There is no such share, or nobody it could be with."""


class BadShareError(InvalidError):
    """A share can't have these terms; the message says why."""


@dataclass(frozen=True)
class ShareTarget:
    """Whom a share is with: a user, a group or, with neither, everyone who is signed in."""

    user_id: int | None = None
    group_id: int | None = None


@dataclass(frozen=True)
class ShareTerms:
    """What a share allows. The share of a dataset may be limited to some rows and to some columns.

    ``masked`` are columns to hide, ``shown`` those to show; ``share_columns.split_columns`` combines them.
    """

    level: Level = Level.VIEW
    conditions: list[dict[str, Any]] | None = None
    masked: tuple[str, ...] = ()
    shown: tuple[str, ...] | None = None


EVERYONE = ShareTarget()


def get_level(person: Principal, resource: Resource, id_: int) -> Level | None:
    """Return what a person may do with a resource; None if it doesn't exist for them."""
    table = RESOURCE_TABLES[resource]
    query = select(table.id, table.owner_id).where(table.id == id_, visible_condition(person, resource))
    with transaction() as work:
        found = work.exec(query).one_or_none()
        if found is None:
            return None
        if person.kind is PrincipalKind.GUEST:
            return Level.VIEW
        return highest_level(person, found[1], list_applicable_shares(work, person, resource, id_))


def highest_level(person: Principal, owner: int | None, found: Sequence[Share]) -> Level:
    """Return what a person may do with a resource that exists for them, by its owner and their shares."""
    if person.role is Role.ADMIN or owner == person.id:
        return Level.MANAGE
    return max((Level(share.level) for share in found), key=LEVELS.index, default=Level.VIEW)


def require_level(person: Principal, resource: Resource, id_: int, wanted: Level) -> None:
    """Check that a person has at least this level.

    Raises:
        LookupError: the resource doesn't exist for them.
        NotAllowedError: they have a lower level.
    """
    has = get_level(person, resource, id_)
    if has is None:
        raise UnknownShareError(f"there is no such {resource}")
    if LEVELS.index(has) < LEVELS.index(wanted):
        raise NotAllowedError(f"You can {has} this {resource}, but you can't {wanted} it.")


def require_sharing_right(person: Principal, resource: Resource, id_: int) -> None:
    """Check that a person may see and change the shares of a resource: those who manage it and may save.

    Raises:
        LookupError: the resource doesn't exist for them.
        NotAllowedError: they may not.
    """
    require_level(person, resource, id_, Level.MANAGE)
    if not person.has_permission(Permission.SAVE):
        raise NotAllowedError("Your role doesn't allow sharing.")


def visible_condition(person: Principal, resource: Resource) -> sa.ColumnElement[bool]:
    """Return a query condition for the rows of ``RESOURCE_TABLES[resource]`` that exist for a person.

    For a guest, these are their saved view or live session and its dataset (that of a live session only while
    it runs), as long as the user whose rights they have sees it.
    """
    if person.kind is PrincipalKind.GUEST:
        only = col(SavedView.id) == person.view_id
        if resource is Resource.VIEW:
            return only
        if resource is Resource.LIVE:
            return col(LiveSession.id) == person.live_id
        running = sa.and_(col(LiveSession.id) == person.live_id, col(LiveSession.ended).is_(None))
        views, lives = select(SavedView.dataset_id).where(only), select(LiveSession.dataset_id).where(running)
        shown = sa.or_(col(Dataset.id).in_(views), col(Dataset.id).in_(lives))
        return sa.and_(shown, _visible_to_user_condition(person, resource))
    return _visible_to_user_condition(person, resource)


def _visible_to_user_condition(person: Principal, resource: Resource) -> sa.ColumnElement[bool]:
    if person.role is Role.ADMIN:
        return sa.true()
    table = RESOURCE_TABLES[resource]
    shared = select(Share.resource_id).where(Share.resource == resource, shared_with_condition(person))
    presenting = _presenting_condition(person) if resource is Resource.LIVE else sa.false()
    return sa.or_(col(table.owner_id) == person.id, col(table.id).in_(shared), presenting)


def _presenting_condition(person: Principal) -> sa.ColumnElement[bool]:
    """Return a condition for the live sessions that a person presents or co-presents.

    ``co_presenters`` is a JSON list such as ``[1, 12]``. It is searched as text.
    """
    opened = sa.func.replace(sa.cast(LiveSession.co_presenters, sa.Text), "[", " ")
    helps = sa.func.replace(opened, "]", ",").contains(f" {person.id},")
    return sa.or_(col(LiveSession.presenter_id) == person.id, helps)


def shared_with_condition(person: Principal) -> sa.ColumnElement[bool]:
    """Return a condition for the shares with a person: their own, those of their groups, and everyone's."""
    groups = select(Membership.group_id).where(Membership.user_id == person.id)
    everyone = sa.and_(col(Share.user_id).is_(None), col(Share.group_id).is_(None))
    return sa.or_(col(Share.user_id) == person.id, col(Share.group_id).in_(groups), everyone)


def list_applicable_shares(work: Session, person: Principal, resource: Resource, id_: int) -> Sequence[Share]:
    """Return the shares of a resource that are with a person."""
    return work.exec(
        select(Share).where(*_resource_conditions(resource, id_), shared_with_condition(person))
    ).all()


def list_shares(by: Principal, resource: Resource, id_: int) -> list[tuple[Share, str]]:
    """Return the shares of a resource, oldest first, each with the name of its person or group, or "".

    Raises:
        LookupError, NotAllowedError: ``by`` may not see them.
    """
    require_sharing_right(by, resource, id_)
    with transaction() as work:
        return list_named_shares(work, resource, id_)


def list_named_shares(work: Session, resource: Resource, id_: int) -> list[tuple[Share, str]]:
    """Return the shares of a resource as ``list_shares`` does, without a check of rights."""
    query = select(Share, sa.func.coalesce(User.name, Group.name, "")).outerjoin(User).outerjoin(Group)
    return list(work.exec(query.where(*_resource_conditions(resource, id_)).order_by(col(Share.id))).all())


def grant_share(by: Principal, resource: Resource, id_: int, target: ShareTarget, terms: ShareTerms) -> Share:
    """Share a resource; an existing share with the same target gets the new terms.

    Raises:
        LookupError, NotAllowedError: ``by`` may not share it.
        BadShareError: a share can't have these terms.
    """
    require_sharing_right(by, resource, id_)
    _require_valid_terms(resource, terms)
    return grant_as_system(resource, id_, target, terms, by)


def change_terms(by: Principal, share_id: int, terms: ShareTerms) -> Share:
    """Change the terms of a share.

    Raises:
        LookupError, NotAllowedError: there is no such share, or ``by`` may not change it.
        BadShareError: a share can't have these terms.
    """
    share = _find_share(by, share_id)
    _require_valid_terms(Resource(share.resource), terms)
    target = ShareTarget(share.user_id, share.group_id)
    return grant_as_system(Resource(share.resource), share.resource_id, target, terms, by)


def revoke_share(by: Principal, share_id: int) -> None:
    """Delete a share.

    Raises:
        LookupError, NotAllowedError: there is no such share, or ``by`` may not delete it.
    """
    share = _find_share(by, share_id)
    with transaction() as work:
        gone = sa.delete(Share).where(col(Share.id) == share.id).returning(col(Share.id))
        if work.execute(gone).first():
            audit_events.record_share(AuditAction.SHARE_REMOVED, by, share, work)


def grant_as_system(
    resource: Resource, id_: int, target: ShareTarget, terms: ShareTerms, by: Principal | None = None
) -> Share:
    """Share a resource without a check of rights: for commands on the machine itself."""
    for attempts_left in reversed(range(MAX_ATTEMPTS)):
        try:
            return _upsert_share(resource, id_, target, terms, by)
        except IntegrityError:  # another request has just created this share
            if not attempts_left:
                raise
    raise AssertionError


def open_to_everyone(slug: str) -> None:
    """Share all of a dataset with everyone, without a check of rights: for commands on the machine itself."""
    with transaction() as work:
        id_ = work.exec(select(Dataset.id).where(Dataset.slug == slug)).one() or 0
    grant_as_system(Resource.DATASET, id_, EVERYONE, ShareTerms())


def delete_shares(work: Session, resource: Resource, id_: int) -> None:
    """Delete the shares of a resource that is deleted, or of an earlier one whose id was reused."""
    work.execute(sa.delete(Share).where(*_resource_conditions(resource, id_)))


def _upsert_share(
    resource: Resource, id_: int, target: ShareTarget, terms: ShareTerms, by: Principal | None
) -> Share:
    own = (col(Share.user_id) == target.user_id, col(Share.group_id) == target.group_id)
    with transaction() as work:
        known = work.exec(select(Share).where(*_resource_conditions(resource, id_), *own)).one_or_none()
        share = known or Share(
            resource=resource, resource_id=id_, user_id=target.user_id, group_id=target.group_id
        )
        apply_terms(work, share, terms)
        work.add(share)
        work.flush()
        audit_events.record_share(
            AuditAction.SHARE_CHANGED if known else AuditAction.SHARE_CREATED, by, share, work
        )
        return share


def apply_terms(work: Session, share: Share, terms: ShareTerms) -> None:
    """Give a share these terms; one of a dataset names the columns that it shows of today's versions."""
    versions: share_columns.VersionColumns = ()
    if Resource(share.resource) is Resource.DATASET and (terms.masked or terms.shown is not None):
        versions = share_columns.list_version_columns(work, share.resource_id)
    share.level, share.conditions = terms.level, terms.conditions
    share.shown, share.masked = share_columns.split_columns(versions, terms.masked, terms.shown)


def _find_share(by: Principal, share_id: int) -> Share:
    with transaction() as work:
        share = work.get(Share, share_id)
    if share is None:
        raise UnknownShareError("there is no such share")
    try:
        require_sharing_right(by, Resource(share.resource), share.resource_id)
    except UnknownShareError as error:
        raise UnknownShareError("there is no such share") from error
    return share


def _resource_conditions(resource: Resource, id_: int) -> tuple[sa.ColumnElement[bool], ...]:
    return cast(Any, Share.resource) == resource, col(Share.resource_id) == id_


def _require_valid_terms(resource: Resource, terms: ShareTerms) -> None:
    partial = terms.conditions is not None or terms.masked or terms.shown is not None
    if partial and resource is not Resource.DATASET:
        raise BadShareError("Only a share of a dataset can be limited to some rows or columns.")
    if partial and terms.level is Level.MANAGE:
        raise BadShareError("A share with the level manage can't be limited to some rows or columns.")
    if resource is Resource.LIVE and terms.level is not Level.VIEW:
        raise BadShareError("A live session can only be shared with the level view.")
