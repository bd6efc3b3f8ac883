"""Guest links: whoever has one sees a single saved view, with the rights of a named user, until a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from accounts import sessions, tokens
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.tokens import Audience, BadTokenError
from datasets import shares, views
from datasets.shares import NotAllowedError, UnknownShareError
from db.engine import session
from db.tables import GuestLink, Resource, SavedView, User, now

LONGEST_LABEL = 80
LONGEST_LIFE = timedelta(days=366)


class BadLinkError(ValueError):
    """No such link can be given out; says why."""


@dataclass(frozen=True)
class Wish:
    """A link that somebody asks for; ``rights_of`` names a user, None is whoever asks."""

    expires: datetime
    label: str = ""
    rights_of: str | None = None


def create(by: Principal, key: str, wish: Wish) -> GuestLink:
    """A new link to a saved view. Only admins give out the rights of somebody else.

    Raises:
        UnknownViewError, NotAllowedError: ``by`` may not.
        BadLinkError: the date or the label won't do, or there is no such user.
    """
    view, _ = views.find(by, key)
    shares.demand_sharing(by, Resource.VIEW, view.id or 0)
    if not now() < wish.expires <= now() + LONGEST_LIFE:
        raise BadLinkError(f"A link ends after now, and within {LONGEST_LIFE.days} days.")
    if len(wish.label) > LONGEST_LABEL or not (wish.label.isprintable() or not wish.label):
        raise BadLinkError(f"A label has {LONGEST_LABEL} letters at most.")
    as_user = _rights_of(by, wish.rights_of)
    link = GuestLink(view_id=view.id or 0, as_user_id=as_user, label=wish.label, expires=wish.expires)
    with session() as work:
        work.add(link)
    return link


def of(by: Principal, key: str) -> list[tuple[GuestLink, str]]:
    """The links to a view that are good, newest first, each with the name of whose rights it has.

    Raises:
        UnknownViewError, NotAllowedError: ``by`` may not know.
    """
    view, _ = views.find(by, key)
    shares.demand_sharing(by, Resource.VIEW, view.id or 0)
    query = select(GuestLink, User.name).join(User).where(GuestLink.view_id == view.id, *_good())
    with session() as work:
        return list(work.exec(query.order_by(col(GuestLink.created).desc())).all())


def revoke(by: Principal, id_: str) -> None:
    """End a link and the sessions it began.

    Raises:
        LookupError, NotAllowedError: there is no such link, or ``by`` may not.
    """
    with session() as work:
        link = work.get(GuestLink, id_)
    if link is None:
        raise UnknownShareError("there is no such link")
    shares.demand_sharing(by, Resource.VIEW, link.view_id)
    with session() as work:
        work.execute(sa.update(GuestLink).where(col(GuestLink.id) == id_).values(revoked=now()))
    sessions.end_guests(id_)


def path(link: GuestLink) -> str:
    """The address of a link, below that of the service."""
    return f"/guest/{tokens.issue(Audience.GUEST, link.id, link.expires)}"


def read(token: str) -> tuple[GuestLink, str]:
    """The link of a token, and the key of its view.

    Raises:
        BadTokenError: it is none of ours, has expired or been revoked, or its user is disabled.
    """
    id_ = tokens.read(Audience.GUEST, token)["jti"]
    query = select(GuestLink, SavedView.key).join(SavedView).join(User)
    with session() as work:
        found = work.exec(query.where(GuestLink.id == id_, ~col(User.disabled), *_good())).one_or_none()
    if found is None:
        raise BadTokenError("the link has been revoked")
    return found


def opened(link: GuestLink) -> None:
    """Remember that somebody came by this link."""
    with session() as work:
        work.execute(sa.update(GuestLink).where(col(GuestLink.id) == link.id).values(opened=now()))


def view_of(guest: Principal) -> str:
    """The key of the view that a guest may see."""
    with session() as work:
        return work.exec(select(SavedView.key).where(SavedView.id == guest.view_id)).one()


def _good() -> tuple[sa.ColumnElement[bool], ...]:
    return col(GuestLink.revoked).is_(None), col(GuestLink.expires) > now()


def _rights_of(by: Principal, name: str | None) -> int:
    if name is None or name == by.name:
        return by.id
    if not by.may(Permission.ADMINISTER):
        raise NotAllowedError("Only admins give out the rights of somebody else.")
    with session() as work:
        user = work.exec(select(User.id).where(User.name == name, ~col(User.disabled))).one_or_none()
    if user is None:
        raise BadLinkError(f"There is no user named {name!r}.")
    return user
