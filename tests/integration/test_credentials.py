"""What people change about their own way in: nobody shuts themselves out, whatever happens at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pyotp
import pytest

import config
from accounts import credentials, factors, identities, passkeys, recovery, totp, users
from accounts.credentials import LastFactorError, LastSignInMethodError, NoAuthenticatorError
from accounts.factors import Factor
from accounts.principals import Principal
from config import Settings
from db.engine import transaction
from db.tables import Identity, Passkey, Role, utc_now

FACTOR_REQUIRED = pytest.mark.parametrize(
    ("role", "policy"), [(Role.ADMIN, "admins"), (Role.VIEWER, "everyone")]
)
PASSWORD = "an old green door"
FACTOR_OPTIONAL = pytest.mark.parametrize(
    ("role", "policy"), [(Role.ADMIN, "optional"), (Role.VIEWER, "optional"), (Role.PRESENTER, "admins")]
)


@pytest.fixture
def make_user(database: Settings) -> Callable[..., Principal]:
    """``make_user(role, policy)``: a person with a password, where this policy holds."""

    def make(role: Role = Role.ANALYST, policy: str = "optional", known: bool = True) -> Principal:
        config.override_settings(database.model_copy(update={"second_factor": policy}))
        return users.create_user("ada", PASSWORD if known else None, role)

    return make


def add_authenticator(principal: Principal) -> list[str]:
    secret, _ = totp.propose_secret(principal.name)
    return credentials.set_authenticator(principal, secret, pyotp.TOTP(secret).at(utc_now()))


def add_passkey(principal: Principal) -> int:
    with transaction() as work:
        added = Passkey(
            user_id=principal.id, credential_id=f"of {principal.id}", public_key=b"x", name="Phone"
        )
        work.add(added)
    return added.id or 0


def link_identity(principal: Principal) -> int:
    identities.link_identity(principal, "https://id.example.org", "s-1")
    return identities.list_identities(principal.id)[0].id or 0


@FACTOR_REQUIRED
def test_the_last_factor_stays_where_there_must_be_one(make_user, role, policy):
    me = make_user(role, policy)
    codes = add_authenticator(me)
    with pytest.raises(LastFactorError):
        credentials.remove_authenticator(me)
    key = add_passkey(me)
    credentials.remove_authenticator(me)
    with pytest.raises(LastFactorError):
        credentials.remove_passkey(me, key)
    assert factors.list_factors(me.id) == {Factor.PASSKEY}
    assert recovery.count_unused(me.id) == len(codes)


@FACTOR_OPTIONAL
def test_elsewhere_it_goes_and_takes_the_recovery_codes_along(make_user, role, policy):
    me = make_user(role, policy)
    add_authenticator(me)
    credentials.remove_authenticator(me)
    assert factors.list_factors(me.id) == set()
    assert recovery.count_unused(me.id) == 0
    with pytest.raises(NoAuthenticatorError):
        credentials.remove_authenticator(me)


def test_the_last_signin_method_stays(make_user):
    me = make_user(known=False)
    own, key = link_identity(me), add_passkey(me)
    credentials.remove_passkey(me, key)
    with pytest.raises(LastSignInMethodError):
        credentials.unlink_identity(me, own)
    key = add_passkey(me)
    credentials.unlink_identity(me, own)
    with pytest.raises(LastSignInMethodError):
        credentials.remove_passkey(me, key)
    assert [each.id for each in passkeys.list_passkeys(me.id)] == [key]


def test_of_two_signin_methods_removed_at_once_one_stays(make_user):
    me = make_user(known=False)
    own, key, together = link_identity(me), add_passkey(me), Barrier(2)

    def try_to_remove(act: Callable[[Principal, int], None], id_: int) -> bool:
        together.wait()
        try:
            act(me, id_)
        except LastSignInMethodError:
            return False
        return True

    with ThreadPoolExecutor() as pool:
        gone = [
            pool.submit(try_to_remove, credentials.unlink_identity, own),
            pool.submit(try_to_remove, credentials.remove_passkey, key),
        ]
        assert sorted(each.result() for each in gone) == [False, True]
    assert len(identities.list_identities(me.id)) + len(passkeys.list_passkeys(me.id)) == 1


def test_nobody_removes_what_is_somebody_elses(make_user):
    me, eve = make_user(), users.create_user("eve", PASSWORD, Role.ANALYST)
    own, key = link_identity(me), add_passkey(me)
    with pytest.raises(passkeys.UnknownPasskeyError):
        credentials.remove_passkey(eve, key)
    with pytest.raises(identities.UnknownIdentityError):
        credentials.unlink_identity(eve, own)
    with transaction() as work:
        assert work.get(Identity, own)
        assert work.get(Passkey, key)
