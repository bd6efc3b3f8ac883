"""What people change about their own way in: nobody shuts themselves out, whatever happens at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pyotp
import pytest

import config
from accounts import credentials, factors, identities, passkeys, recovery, totp, users
from accounts.credentials import LastFactorError, LastWayInError, NoAuthenticatorError
from accounts.factors import Factor
from accounts.principals import Principal
from config import Settings
from db.engine import session
from db.tables import Identity, Passkey, Role, now

REQUIRED = pytest.mark.parametrize(("role", "policy"), [(Role.ADMIN, "admins"), (Role.VIEWER, "everyone")])
PASSWORD = "an old green door"
FREE = pytest.mark.parametrize(
    ("role", "policy"), [(Role.ADMIN, "optional"), (Role.VIEWER, "optional"), (Role.PRESENTER, "admins")]
)


@pytest.fixture
def somebody(database: Settings) -> Callable[..., Principal]:
    """``somebody(role, policy)``: a person with a password, where this policy holds."""

    def make(role: Role = Role.ANALYST, policy: str = "optional", known: bool = True) -> Principal:
        config.use(database.model_copy(update={"second_factor": policy}))
        return users.create("ada", PASSWORD if known else None, role)

    return make


def authenticator(me: Principal) -> list[str]:
    secret, _ = totp.propose(me.name)
    return credentials.set_authenticator(me, secret, pyotp.TOTP(secret).at(now()))


def passkey(me: Principal) -> int:
    with session() as work:
        added = Passkey(user_id=me.id, credential_id=f"of {me.id}", public_key=b"x", name="Phone")
        work.add(added)
    return added.id or 0


def identity(me: Principal) -> int:
    identities.link(me, "https://id.example.org", "s-1")
    return identities.of(me.id)[0].id or 0


@REQUIRED
def test_the_last_factor_stays_where_there_must_be_one(somebody, role, policy):
    me = somebody(role, policy)
    codes = authenticator(me)
    with pytest.raises(LastFactorError):
        credentials.remove_authenticator(me)
    key = passkey(me)
    credentials.remove_authenticator(me)
    with pytest.raises(LastFactorError):
        credentials.remove_passkey(me, key)
    assert factors.of(me.id) == {Factor.PASSKEY}
    assert recovery.left(me.id) == len(codes)


@FREE
def test_elsewhere_it_goes_and_takes_the_recovery_codes_along(somebody, role, policy):
    me = somebody(role, policy)
    authenticator(me)
    credentials.remove_authenticator(me)
    assert factors.of(me.id) == set()
    assert recovery.left(me.id) == 0
    with pytest.raises(NoAuthenticatorError):
        credentials.remove_authenticator(me)


def test_the_last_way_in_stays(somebody):
    me = somebody(known=False)
    own, key = identity(me), passkey(me)
    credentials.remove_passkey(me, key)
    with pytest.raises(LastWayInError):
        credentials.unlink_identity(me, own)
    key = passkey(me)
    credentials.unlink_identity(me, own)
    with pytest.raises(LastWayInError):
        credentials.remove_passkey(me, key)
    assert [each.id for each in passkeys.of(me.id)] == [key]


def test_of_two_ways_that_go_at_once_one_stays(somebody):
    me = somebody(known=False)
    own, key, together = identity(me), passkey(me), Barrier(2)

    def go(act: Callable[[Principal, int], None], id_: int) -> bool:
        together.wait()
        try:
            act(me, id_)
        except LastWayInError:
            return False
        return True

    with ThreadPoolExecutor() as pool:
        gone = [
            pool.submit(go, credentials.unlink_identity, own),
            pool.submit(go, credentials.remove_passkey, key),
        ]
        assert sorted(each.result() for each in gone) == [False, True]
    assert len(identities.of(me.id)) + len(passkeys.of(me.id)) == 1


def test_nobody_removes_what_is_somebody_elses(somebody):
    me, eve = somebody(), users.create("eve", PASSWORD, Role.ANALYST)
    own, key = identity(me), passkey(me)
    with pytest.raises(passkeys.UnknownPasskeyError):
        credentials.remove_passkey(eve, key)
    with pytest.raises(identities.UnknownIdentityError):
        credentials.unlink_identity(eve, own)
    with session() as work:
        assert work.get(Identity, own)
        assert work.get(Passkey, key)
