"""Who is signed in, as the top bar shows them."""

from __future__ import annotations

from flask_login import current_user

from accounts.permissions import Permission
from accounts.principals import Kind
from components.shell import Account


def account() -> Account | None:
    """None for a guest, who has no account."""
    if current_user.kind is Kind.GUEST:
        return None
    administers, presents = map(current_user.may, (Permission.ADMINISTER, Permission.PRESENT))
    return Account(current_user.name, current_user.role, administers, presents)
