"""The routes of a person's own account: name and role, password, linked providers."""

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
from api.field_types import Text
from api.operations import RequestBody, ResponseBody, operation
from db.tables import Role

routes = Blueprint("account", __name__)
register_error_handlers(routes)


class LinkedIdentity(ResponseBody):
    """A link to an OpenID provider that can sign this person in."""

    id: int
    issuer: str
    created: datetime


class Account(ResponseBody):
    """The account of whoever asks. Guests and API tokens get only some of these fields."""

    kind: PrincipalKind
    name: str | None = None
    role: Role | None = None
    permissions: list[Permission]
    email: str | None = None
    has_password: bool | None = None
    identities: tuple[LinkedIdentity, ...] = ()


class NewPassword(RequestBody):
    """A new password; ``current`` is the current one, if there is one."""

    current: Text | None = None
    new: Text


@routes.get("/api/account")
@requires(Permission.EXPLORE)
@operation()
def show_account() -> Account:
    """Show your account."""
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
    """Change your password. This ends your other sessions."""
    credentials.change_password(current_user, body.current, body.new)


@routes.delete("/api/account/identities/<int(max=2147483647):identity_id>")
@requires(Permission.ACCOUNT, fresh=True)
@operation()
def unlink_identity(identity_id: int) -> None:
    """Unlink a provider. Rejected if you couldn't sign in any other way."""
    credentials.unlink_identity(current_user, identity_id)


def _account_details() -> dict[str, Any]:
    linked = [LinkedIdentity.model_validate(each) for each in identities.list_identities(current_user.id)]
    return {
        "email": users.get_email(current_user.id),
        "has_password": users.has_password(current_user.id),
        "identities": linked,
    }
