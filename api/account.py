"""A person's own account: who they are, their password, and who else vouches for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_login import current_user

from accounts import credentials, identities, users
from accounts.guard import requires
from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from api.errors import register_error_handlers
from api.operations import RequestBody, ResponseBody, operation
from db.tables import Role

routes = Blueprint("account", __name__)
register_error_handlers(routes)


class LinkedIdentity(ResponseBody):
    """That an OpenID provider vouches for this person."""

    id: int
    issuer: str
    created: datetime


class Account(ResponseBody):
    """Who asks. Guests and programs are told no more than this of the person whose rights they have."""

    kind: PrincipalKind
    name: str | None = None
    role: Role | None = None
    permissions: list[Permission]
    email: str | None = None
    has_password: bool | None = None
    identities: tuple[LinkedIdentity, ...] = ()


class NewPassword(RequestBody):
    """``current`` is the password of now, for who has one."""

    current: str | None = None
    new: str


@routes.get("/api/account")
@requires(Permission.EXPLORE)
@operation()
def show_account() -> Account:
    """Who you are."""
    may = [permission for permission in Permission if current_user.has_permission(permission)]
    if current_user.kind is PrincipalKind.GUEST:
        return Account(kind=PrincipalKind.GUEST, permissions=may)
    own = _account_details() if current_user.has_permission(Permission.ACCOUNT) else {}
    return Account(
        kind=current_user.kind, name=current_user.name, role=current_user.role, permissions=may, **own
    )


@routes.put("/api/account/password")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def change_password(body: NewPassword) -> None:
    """Change your password, which ends your other sessions."""
    credentials.change_password(current_user, body.current, body.new)


@routes.delete("/api/account/identities/<int(max=2147483647):identity_id>")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def unlink_identity(identity_id: int) -> None:
    """Sign in by this provider no longer. Refused if nothing else lets you in."""
    credentials.unlink_identity(current_user, identity_id)


def _account_details() -> dict[str, Any]:
    linked = [LinkedIdentity.model_validate(each) for each in identities.list_identities(current_user.id)]
    return {
        "email": users.get_email(current_user.id),
        "has_password": users.has_password(current_user.id),
        "identities": linked,
    }
