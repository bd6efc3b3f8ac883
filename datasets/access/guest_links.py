"""Guest links: whoever has one sees a single saved view, or follows a single live session, until a date.

They have the rights of a named user. A link to a live session leads nowhere once that has ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from accounts import sessions, signed_tokens
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.signed_tokens import Audience, BadTokenError
from datasets import shares
from datasets.shares import NotAllowedError, UnknownShareError
from db.engine import session
from db.tables import GuestLink, LiveSession, Resource, SavedView, User, now

LONGEST_LABEL = 80
LONGEST_LIFE = timedelta(days=366)
Place = SavedView | LiveSession
"""What a link leads to."""


class BadLinkError(ValueError):
    """No such link can be given out; says why."""


@dataclass(frozen=True)
class Wish:
    """A link that somebody asks for; ``rights_of`` names a user, None is whoever asks."""

    expires: datetime
    label: str = ""
    rights_of: str | None = None


def create(by: Principal, place: Place, wish: Wish) -> GuestLink:
    """A new link to what exists for ``by``. Only admins give out the rights of somebody else.

    Raises:
        NotAllowedError: ``by`` may not.
        BadLinkError: the date or the label won't do, there is no such user, or it has ended.
    """
    _demand(by, place)
    if _has_ended(place):
        raise BadLinkError("This live session has ended.")
    if not now() < wish.expires <= now() + LONGEST_LIFE:
        raise BadLinkError(f"A link ends after now, and within {LONGEST_LIFE.days} days.")
    if len(wish.label) > LONGEST_LABEL or not (wish.label.isprintable() or not wish.label):
        raise BadLinkError(f"A label has {LONGEST_LABEL} letters at most.")
    as_user = _rights_of(by, wish.rights_of)
    view, live = _ids(place)
    link = GuestLink(view_id=view, live_id=live, as_user_id=as_user, label=wish.label, expires=wish.expires)
    with session() as work:
        work.add(link)
    return link


def of(by: Principal, place: Place) -> list[tuple[GuestLink, str]]:
    """The links to it that are good, newest first, each with the name of whose rights it has.

    Raises:
        NotAllowedError: ``by`` may not know.
    """
    _demand(by, place)
    view, live = _ids(place)
    here = sa.or_(col(GuestLink.view_id) == view, col(GuestLink.live_id) == live)
    query = select(GuestLink, User.name).join(User).where(here, *_good())
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
    _demand(by, _place(link))
    with session() as work:
        work.execute(sa.update(GuestLink).where(col(GuestLink.id) == id_).values(revoked=now()))
    sessions.end_guests(id_)


def path(link: GuestLink) -> str:
    """The address of a link, below that of the service."""
    return f"/guest/{signed_tokens.issue(Audience.GUEST, link.id, link.expires)}"


def read(token: str) -> GuestLink:
    """The link of a token.

    Raises:
        BadTokenError: it is none of ours, has expired or been revoked, or its user is disabled.
    """
    id_ = signed_tokens.read(Audience.GUEST, token)["jti"]
    query = select(GuestLink).join(User).where(GuestLink.id == id_, ~col(User.disabled), *_good())
    with session() as work:
        found = work.exec(query).one_or_none()
    if found is None or _has_ended(_place(found)):
        raise BadTokenError("the link has been revoked, or what it led to has ended")
    return found


def opened(link: GuestLink) -> None:
    """Remember that somebody came by this link."""
    with session() as work:
        work.execute(sa.update(GuestLink).where(col(GuestLink.id) == link.id).values(opened=now()))


def home(guest: Principal | GuestLink) -> str:
    """The address of the one page that a guest may see, or that a link leads to."""
    place = _place(guest)
    return f"/{'view' if isinstance(place, SavedView) else 'live'}/{place.key}"


def _demand(by: Principal, place: Place) -> None:
    """Check that somebody may give out links: who may say with whom it is shared."""
    resource = Resource.VIEW if isinstance(place, SavedView) else Resource.LIVE
    shares.demand_sharing(by, resource, place.id or 0)


def _place(of: Principal | GuestLink) -> Place:
    with session() as work:
        if of.view_id is not None:
            return work.get_one(SavedView, of.view_id)
        return work.get_one(LiveSession, of.live_id)


def _ids(place: Place) -> tuple[int | None, int | None]:
    """Of the saved view and of the live session: one of them is none."""
    return (place.id, None) if isinstance(place, SavedView) else (None, place.id)


def _has_ended(place: Place) -> bool:
    return isinstance(place, LiveSession) and place.ended is not None


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
