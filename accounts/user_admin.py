"""What an admin does to a person: role, in or out, factors, links. It counts from their next request on.

``by`` is the admin, or None for a command on the machine itself.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from accounts import audit, one_time_links, sessions, users
from accounts.audit import Action
from accounts.last_admin import keeping_one
from accounts.principals import Principal
from db.engine import session
from db.tables import Passkey, Purpose, RecoveryCode, Role, User


class UnknownPersonError(LookupError):
    """There is no such person, or not any longer."""

    def __init__(self) -> None:
        super().__init__("There is no such person any longer.")


class StillOwnsError(ValueError):
    """Somebody's datasets or saved views must go to somebody else before they can be deleted."""

    def __init__(self) -> None:
        super().__init__("They own saved views: choose who gets them.")


def invite(by: Principal | None, name: str, role: Role, email: str | None = None) -> tuple[Principal, str]:
    """A new person, and the token of the link by which they choose how to sign in.

    Raises:
        BadNameError, NameTakenError: nobody can have this name.
        BadEmailError, EmailTakenError: nobody can have this address.
    """
    person = users.create(name, None, role)
    try:
        users.set_email(name, email)
    except ValueError:
        with session() as work:
            work.delete(_known(work, person.id))
        raise
    audit.record(Action.USER_CREATED, actor=by, resource=("user", name), role=role)
    return person, link(by, person.id, Purpose.INVITATION)


def link(by: Principal | None, id_: int, purpose: Purpose) -> str:
    """The token of a new link, by which a person accepts an invitation or chooses another password.

    Raises:
        UnknownPersonError: there is no such person.
    """
    with session() as work:
        name = _known(work, id_).name
    token = one_time_links.issue(name, purpose)
    action = Action.USER_INVITED if purpose is Purpose.INVITATION else Action.LINK_CREATED
    audit.record(action, actor=by, resource=("user", name), purpose=purpose)
    return token


def change_role(by: Principal | None, id_: int, role: Role) -> Role:
    """Give a person another role; returns the one they had.

    Raises:
        UnknownPersonError: there is no such person.
        LastAdminError: nobody would be left to administer.
    """
    with keeping_one() as work:
        user = _known(work, id_)
        before, user.role = Role(user.role), role
        work.add(user)
        _record(Action.USER_ROLE, by, user, work, before=before.value, role=role.value)
    return before


def disable(by: Principal | None, id_: int) -> None:
    """Keep a person out and end their sessions; tokens and guest links rest until they are let in again.

    Raises:
        UnknownPersonError: there is no such person.
        LastAdminError: nobody would be left to administer.
    """
    with keeping_one() as work:
        user = _known(work, id_)
        user.disabled = True
        work.add(user)
        sessions.end_within(work, id_)
        _record(Action.USER_DISABLED, by, user, work)


def enable(by: Principal | None, id_: int) -> None:
    """Let a person in again.

    Raises:
        UnknownPersonError: there is no such person.
    """
    with session() as work:
        user = _known(work, id_)
        user.disabled = False
        work.add(user)
        _record(Action.USER_ENABLED, by, user, work)


def remove_factors(by: Principal | None, id_: int) -> None:
    """Take away a person's authenticator, recovery codes and passkeys, and end their sessions.

    Raises:
        UnknownPersonError: there is no such person.
        LastAdminError: nobody would be left to administer.
    """
    with keeping_one() as work:
        user = _known(work, id_)
        user.totp = None
        work.add(user)
        for table in (RecoveryCode, Passkey):
            work.execute(sa.delete(table).where(col(table.user_id) == id_))
        sessions.end_within(work, id_)
        _record(Action.FACTOR_REMOVED, by, user, work, kind="all")


def delete(by: Principal | None, id_: int) -> None:
    """Remove a person who owns nothing, with all that lets them in and all that was shared with them.

    Raises:
        UnknownPersonError: there is no such person.
        LastAdminError: nobody would be left to administer.
        StillOwnsError: they own saved views.
    """
    try:
        with keeping_one() as work:
            user = _known(work, id_)
            work.delete(user)
            work.flush()
            _record(Action.USER_DELETED, by, user, work)
    except IntegrityError as error:
        raise StillOwnsError from error


def _known(work: Session, id_: int) -> User:
    user = work.get(User, id_)
    if user is None:
        raise UnknownPersonError
    return user


def _record(
    action: Action,
    by: Principal | None,
    user: User,
    work: Session,
    **details: Any,  # noqa: ANN401
) -> None:
    audit.record(action, actor=by, resource=("user", user.name), work=work, **details)
