"""The account that the top bar shows."""

from __future__ import annotations

from flask_login import current_user

from accounts.permissions import Permission
from accounts.principals import PrincipalKind
from components.shell import CurrentAccount


def get_current_account() -> CurrentAccount | None:
    """Return the account that is signed in; None for a guest."""
    if current_user.kind is PrincipalKind.GUEST:
        return None
    administers, presents = map(current_user.has_permission, (Permission.ADMINISTER, Permission.PRESENT))
    return CurrentAccount(current_user.name, current_user.role, administers, presents)
