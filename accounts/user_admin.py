"""Changes that admins make to users: role, access, factors, links. They apply from the next request on.

``by`` is the admin, or None for a command on the machine itself.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from accounts import audit, one_time_links, sessions, users
from accounts.audit import AuditAction
from accounts.last_admin import require_remaining_admin
from accounts.principals import Principal, principal_from_user
from db.engine import transaction
from db.tables import LinkPurpose, Passkey, RecoveryCode, Role, User


class UnknownUserIdError(LookupError):
    """There is no such user."""

    def __init__(self) -> None:
        super().__init__("This user doesn't exist any more.")


class UserOwnsContentError(ValueError):
    """The user owns datasets or saved views, which need another owner before the user can be deleted."""

    def __init__(self) -> None:
        super().__init__("This user owns datasets or saved views. Choose a new owner for them.")


def invite_user(
    by: Principal | None, name: str, role: Role, email: str | None = None
) -> tuple[Principal, str]:
    """Create a user; return them and the token of the link with which they set up their sign-in.

    Raises:
        BadNameError, NameTakenError: the name is invalid or taken.
        BadEmailError, EmailTakenError: the address is invalid or taken.
    """
    with transaction() as work:
        user = users.add_user(work, name, None, role)
        users.set_user_email(work, user, email)
        person = principal_from_user(user)
    audit.record_event(AuditAction.USER_CREATED, actor=by, resource=("user", name), role=role)
    return person, create_link(by, person.id, LinkPurpose.INVITATION)


def create_link(by: Principal | None, id_: int, purpose: LinkPurpose) -> str:
    """Create a link to accept an invitation or reset a password, and return its token.

    Raises:
        UnknownUserIdError: there is no such user.
    """
    with transaction() as work:
        name = _require_user(work, id_).name
    token = one_time_links.create_link_token(name, purpose)
    action = AuditAction.USER_INVITED if purpose is LinkPurpose.INVITATION else AuditAction.LINK_CREATED
    audit.record_event(action, actor=by, resource=("user", name), purpose=purpose)
    return token


def change_profile(by: Principal | None, id_: int, name: str, email: str | None) -> bool:
    """Change the name and the e-mail address of a user; return whether the address is another one.

    What they own and what is shared with them stays theirs. Links to choose a password that were sent to the
    old address become invalid. The audit log gets no address: people may ask to have theirs forgotten.

    Raises:
        UnknownUserIdError: there is no such user.
        BadNameError, NameTakenError: the name is invalid or taken.
        BadEmailError, EmailTakenError: the address is invalid or taken.
    """
    with transaction() as work:
        user = _require_user(work, id_)
        before, address_before = user.name, user.email
        if name != before:
            users.set_user_name(work, user, name)
        if email != address_before:
            users.set_user_email(work, user, email)
        if (name, email) != (before, address_before):
            changed = _describe_email_change(address_before, email)
            _record_event(AuditAction.USER_CHANGED, by, user, work, before=before, email=changed)
    return email != address_before


def change_role(by: Principal | None, id_: int, role: Role) -> Role:
    """Change the role of a user; return the previous one.

    Raises:
        UnknownUserIdError: there is no such user.
        LastAdminError: no admin who can sign in would be left.
    """
    with require_remaining_admin() as work:
        user = _require_user(work, id_)
        before, user.role = Role(user.role), role
        work.add(user)
        _record_event(AuditAction.USER_ROLE, by, user, work, before=before.value, role=role.value)
    return before


def disable_user(by: Principal | None, id_: int) -> None:
    """Disable a user and end their sessions; their tokens and guest links work again when they are enabled.

    Raises:
        UnknownUserIdError: there is no such user.
        LastAdminError: no admin who can sign in would be left.
    """
    with require_remaining_admin() as work:
        user = _require_user(work, id_)
        user.disabled = True
        work.add(user)
        sessions.end_user_sessions_in(work, id_)
        _record_event(AuditAction.USER_DISABLED, by, user, work)


def enable_user(by: Principal | None, id_: int) -> None:
    """Enable a user again.

    Raises:
        UnknownUserIdError: there is no such user.
    """
    with transaction() as work:
        user = _require_user(work, id_)
        user.disabled = False
        work.add(user)
        _record_event(AuditAction.USER_ENABLED, by, user, work)


def remove_factors(by: Principal | None, id_: int) -> None:
    """Remove the authenticator, recovery codes and passkeys of a user, and end their sessions.

    Raises:
        UnknownUserIdError: there is no such user.
        LastAdminError: no admin who can sign in would be left.
    """
    with require_remaining_admin() as work:
        user = _require_user(work, id_)
        user.totp = None
        work.add(user)
        for table in (RecoveryCode, Passkey):
            work.execute(sa.delete(table).where(col(table.user_id) == id_))
        sessions.end_user_sessions_in(work, id_)
        _record_event(AuditAction.FACTOR_REMOVED, by, user, work, kind="all")


def delete_user(by: Principal | None, id_: int) -> None:
    """Delete a user who owns nothing, with their credentials and everything shared with them.

    Raises:
        UnknownUserIdError: there is no such user.
        LastAdminError: no admin who can sign in would be left.
        UserOwnsContentError: they own datasets or saved views.
    """
    try:
        with require_remaining_admin() as work:
            user = _require_user(work, id_)
            work.delete(user)
            work.flush()
            _record_event(AuditAction.USER_DELETED, by, user, work)
    except IntegrityError as error:
        raise UserOwnsContentError from error


def _describe_email_change(before: str | None, after: str | None) -> str:
    if before == after:
        return "kept"
    return "removed" if after is None else "changed" if before else "added"


def _require_user(work: Session, id_: int) -> User:
    user = work.get(User, id_)
    if user is None:
        raise UnknownUserIdError
    return user


def _record_event(
    action: AuditAction,
    by: Principal | None,
    user: User,
    work: Session,
    **details: Any,  # noqa: ANN401
) -> None:
    audit.record_event(action, actor=by, resource=("user", user.name), work=work, **details)
