"""Codes of an authenticator are good once, about now; recovery codes stand in for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyotp
import pytest

import config
from accounts import factors, recovery, sessions, totp, user_admin, users
from accounts.factors import Factor
from accounts.sessions import Browser
from accounts.signed_tokens import BadTokenError
from accounts.totp import WrongCodeError
from db.engine import session
from db.tables import Passkey, RecoveryCode, Role, User

NOW = datetime(2026, 1, 1, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """The time as the codes see it, in half minutes from now: ``clock(2)``."""

    def at(steps):
        moment = datetime.fromtimestamp(NOW.timestamp() + 30 * steps, UTC)
        monkeypatch.setattr(totp, "now", lambda: moment)

    at(0)
    return at


@pytest.fixture
def ada(settings):
    return users.create("ada", "correct horse battery", Role.ANALYST)


@pytest.fixture
def code(ada, clock):
    """What ada's authenticator shows so many half minutes from now."""
    secret, _ = totp.propose("ada")
    shows = lambda steps=0: pyotp.TOTP(secret).at(for_time=NOW, counter_offset=steps)  # noqa: E731
    totp.enable(ada.id, secret, shows(-1))
    return shows


def test_what_is_proposed_is_what_apps_read(settings):
    secret, uri = totp.propose("ada")
    read = pyotp.parse_uri(uri)
    assert (read.secret, read.name, read.issuer) == (secret, "ada", "DataXchange")
    assert len(secret) == 32  # 160 bits, as RFC 4226 wants


def test_a_code_is_good_once(ada, code):
    assert totp.verify(ada.id, code())
    assert not totp.verify(ada.id, code())


def test_the_code_that_set_it_up_is_used_up_and_older_ones_are(ada, code):
    assert not totp.verify(ada.id, code(-1))
    assert totp.verify(ada.id, code(1))
    assert not totp.verify(ada.id, code())


def test_a_clock_may_be_off_by_half_a_minute(ada, code, clock):
    clock(5)
    assert not totp.verify(ada.id, code(3))
    assert not totp.verify(ada.id, code(7))
    assert totp.verify(ada.id, code(4))
    assert totp.verify(ada.id, code(6))


def test_of_many_at_once_one_gets_in(ada, code):
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: totp.verify(ada.id, code()), range(8))).count(True) == 1


@pytest.mark.parametrize("junk", ["", "000000x", "12345", "1234567", "١٢٣٤٥٦", "\0", "x" * 10_000])
def test_junk_is_no_code(ada, code, junk):
    assert not totp.verify(ada.id, junk)


def test_a_code_may_have_a_gap(ada, code):
    assert totp.verify(ada.id, f" {code()[:3]} {code()[3:]} ")


def test_a_wrong_first_code_changes_nothing(ada, clock):
    with pytest.raises(WrongCodeError, match="Enter the one"):
        totp.enable(ada.id, totp.propose("ada")[0], "000000")
    assert not totp.is_on(ada.id)
    assert not totp.verify(ada.id, "000000")


def test_the_secret_is_sealed(ada, code):
    with session() as work:
        raw = str(work.connection().exec_driver_sql("SELECT totp FROM users").all())
        assert work.get_one(User, ada.id).totp not in raw


def test_each_recovery_code_is_good_once(ada):
    codes = recovery.renew(ada.id)
    assert len(set(codes)) == recovery.left(ada.id) == 10
    assert recovery.use(ada.id, codes[0].lower().replace("-", " "))
    assert not recovery.use(ada.id, codes[0])
    assert recovery.left(ada.id) == 9
    recovery.renew(ada.id)
    assert not recovery.use(ada.id, codes[1])


def test_recovery_codes_are_their_owners_and_not_stored(ada):
    eve = users.create("eve", "correct horse battery", Role.ANALYST)
    codes = recovery.renew(ada.id)
    assert not recovery.use(eve.id, codes[0])
    assert not recovery.use(ada.id, "")
    with session() as work:
        assert codes[0] not in repr(work.get_one(RecoveryCode, 1))


def test_what_a_code_proves(ada, code):
    codes = recovery.renew(ada.id)
    assert factors.proven(ada.id, code()) == "totp"
    assert factors.proven(ada.id, codes[0]) == "recovery"
    assert factors.proven(ada.id, "000000") is None


def test_factors_are_found_and_reset(ada, code):
    with session() as work:
        work.add(Passkey(user_id=ada.id, credential_id="x", public_key=b"", name="key"))
    recovery.renew(ada.id)
    held = sessions.begin(ada.id, "password", Browser("", ""))
    assert factors.of(ada.id) == {Factor.TOTP, Factor.PASSKEY}
    user_admin.remove_factors(None, ada.id)
    assert factors.of(ada.id) == frozenset()
    assert recovery.left(ada.id) == 0
    with pytest.raises(BadTokenError):
        sessions.of_access(held.access)


@pytest.mark.parametrize(
    ("policy", "who"),
    [("optional", set()), ("admins", {Role.ADMIN}), ("everyone", set(Role))],
)
def test_who_must_have_one(settings, policy, who):
    config.use(settings.model_copy(update={"second_factor": policy}))
    assert {role for role in Role if factors.demanded(role)} == who
