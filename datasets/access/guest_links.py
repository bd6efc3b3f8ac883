"""Guest links: they open one saved view, or one live session, without an account, until they expire.

Guests have the rights of a named user. A link to a live session stops working when the session ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from accounts import sessions, signed_tokens, users
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.signed_tokens import Audience, BadTokenError
from datasets import shares
from datasets.shares import NotAllowedError, UnknownShareError
from db.engine import transaction
from db.name_keys import fold_name
from db.tables import GuestLink, LiveSession, Resource, SavedView, User, utc_now
from errors import InvalidError

MAX_LABEL_LENGTH = 80
MAX_LIFETIME = timedelta(days=366)
LinkTarget = SavedView | LiveSession
"""What a link opens."""


class BadLinkError(InvalidError):
    """A link can't be created like this; the message says why."""


@dataclass(frozen=True)
class GuestLinkRequest:
    """A link to create; ``rights_of`` names the user whose rights it has, None is its creator."""

    expires: datetime
    label: str = ""
    rights_of: str | None = None


def create_link(by: Principal, target: LinkTarget, request: GuestLinkRequest) -> GuestLink:
    """Create a link to a resource that exists for ``by``. Only admins can give it another user's rights.

    Raises:
        NotAllowedError: ``by`` may not create it.
        BadLinkError: the expiry or label isn't valid, there is no such user, or the live session has ended.
    """
    _require_sharing_right(by, target)
    if _has_ended(target):
        raise BadLinkError("This live session has ended.")
    if not utc_now() < request.expires <= utc_now() + MAX_LIFETIME:
        raise BadLinkError(f"The expiry must be in the future, at most {MAX_LIFETIME.days} days from now.")
    if len(request.label) > MAX_LABEL_LENGTH or not (request.label.isprintable() or not request.label):
        raise BadLinkError(f"The label must have at most {MAX_LABEL_LENGTH} printable characters.")
    as_user = _find_rights_user(by, request.rights_of)
    view, live = _target_ids(target)
    link = GuestLink(
        view_id=view, live_id=live, as_user_id=as_user, label=request.label, expires=request.expires
    )
    with transaction() as work:
        work.add(link)
    return link


def list_links(by: Principal, target: LinkTarget) -> list[tuple[GuestLink, str]]:
    """Return the valid links to a resource, newest first, each with the name of the user whose rights it has.

    Raises:
        NotAllowedError: ``by`` may not see them.
    """
    _require_sharing_right(by, target)
    view, live = _target_ids(target)
    here = sa.or_(col(GuestLink.view_id) == view, col(GuestLink.live_id) == live)
    query = select(GuestLink, User.name).join(User).where(here, *_validity_conditions())
    with transaction() as work:
        return list(work.exec(query.order_by(col(GuestLink.created).desc())).all())


def revoke_link(by: Principal, id_: str) -> None:
    """Revoke a link, and end the sessions that were started with it.

    Raises:
        LookupError, NotAllowedError: there is no such link, or ``by`` may not revoke it.
    """
    with transaction() as work:
        link = work.get(GuestLink, id_)
    if link is None:
        raise UnknownShareError("there is no such link")
    _require_sharing_right(by, _load_target(link))
    with transaction() as work:
        work.execute(sa.update(GuestLink).where(col(GuestLink.id) == id_).values(revoked=utc_now()))
    sessions.end_guest_sessions(id_)


def link_path(link: GuestLink) -> str:
    """Return the path of a link in URLs."""
    return f"/guest/{signed_tokens.issue_token(Audience.GUEST, link.id, link.expires)}"


def resolve_token(token: str) -> GuestLink:
    """Return the link of a token.

    Raises:
        BadTokenError: the token isn't ours, the link has expired or was revoked, or its user is disabled.
    """
    id_ = signed_tokens.decode_token(Audience.GUEST, token)["jti"]
    query = (
        select(GuestLink).join(User).where(GuestLink.id == id_, ~col(User.disabled), *_validity_conditions())
    )
    with transaction() as work:
        found = work.exec(query).one_or_none()
    if found is None or _has_ended(_load_target(found)):
        raise BadTokenError("the link has been revoked, or what it led to has ended")
    return found


def record_opened(link: GuestLink) -> None:
    """Store when a link was opened last."""
    with transaction() as work:
        work.execute(sa.update(GuestLink).where(col(GuestLink.id) == link.id).values(opened=utc_now()))


def landing_path(guest: Principal | GuestLink) -> str:
    """Return the path of the only page that a guest may see, or that a link opens."""
    target = _load_target(guest)
    return f"/{'view' if isinstance(target, SavedView) else 'live'}/{target.key}"


def _require_sharing_right(by: Principal, target: LinkTarget) -> None:
    """Check that a person may create and see guest links: those who may also share the target."""
    resource = Resource.VIEW if isinstance(target, SavedView) else Resource.LIVE
    shares.require_sharing_right(by, resource, target.id or 0)


def _load_target(guest: Principal | GuestLink) -> LinkTarget:
    with transaction() as work:
        if guest.view_id is not None:
            return work.get_one(SavedView, guest.view_id)
        return work.get_one(LiveSession, guest.live_id)


def _target_ids(target: LinkTarget) -> tuple[int | None, int | None]:
    """Return the id of the saved view and that of the live session; one of them is None."""
    return (target.id, None) if isinstance(target, SavedView) else (None, target.id)


def _has_ended(target: LinkTarget) -> bool:
    return isinstance(target, LiveSession) and target.ended is not None


def _validity_conditions() -> tuple[sa.ColumnElement[bool], ...]:
    return col(GuestLink.revoked).is_(None), col(GuestLink.expires) > utc_now()


def _find_rights_user(by: Principal, name: str | None) -> int:
    if name is None or fold_name(name) == fold_name(by.name):
        return by.id
    if not by.has_permission(Permission.ADMINISTER):
        raise NotAllowedError("Only admins can create a link with another user's rights.")
    user = users.find_by_name(name)
    if user is None:
        raise BadLinkError(f"There is no user named {name!r}.")
    return user.id
