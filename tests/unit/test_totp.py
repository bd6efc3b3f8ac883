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
from db.engine import transaction
from db.tables import Passkey, RecoveryCode, Role, User

FROZEN_TIME = datetime(2026, 1, 1, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def set_clock(monkeypatch):
    """The time as the codes see it, in half minutes from now: ``set_clock(2)``."""

    def set_steps(steps):
        moment = datetime.fromtimestamp(FROZEN_TIME.timestamp() + 30 * steps, UTC)
        monkeypatch.setattr(totp, "utc_now", lambda: moment)

    set_steps(0)
    return set_steps


@pytest.fixture
def ada(settings):
    return users.create_user("ada", "correct horse battery", Role.ANALYST)


@pytest.fixture
def authenticator_code(ada, set_clock):
    """What ada's authenticator shows so many half minutes from now."""
    secret, _ = totp.propose_secret("ada")
    shows = lambda steps=0: pyotp.TOTP(secret).at(for_time=FROZEN_TIME, counter_offset=steps)  # noqa: E731
    totp.enable_totp(ada.id, secret, shows(-1))
    return shows


def test_what_is_proposed_is_what_apps_read(settings):
    secret, uri = totp.propose_secret("ada")
    read = pyotp.parse_uri(uri)
    assert (read.secret, read.name, read.issuer) == (secret, "ada", "DataXchange")
    assert len(secret) == 32  # 160 bits, as RFC 4226 wants


def test_a_code_is_good_once(ada, authenticator_code):
    assert totp.verify_totp_code(ada.id, authenticator_code())
    assert not totp.verify_totp_code(ada.id, authenticator_code())


def test_the_code_that_set_it_up_is_used_up_and_older_ones_are(ada, authenticator_code):
    assert not totp.verify_totp_code(ada.id, authenticator_code(-1))
    assert totp.verify_totp_code(ada.id, authenticator_code(1))
    assert not totp.verify_totp_code(ada.id, authenticator_code())


def test_a_clock_may_be_off_by_half_a_minute(ada, authenticator_code, set_clock):
    set_clock(5)
    assert not totp.verify_totp_code(ada.id, authenticator_code(3))
    assert not totp.verify_totp_code(ada.id, authenticator_code(7))
    assert totp.verify_totp_code(ada.id, authenticator_code(4))
    assert totp.verify_totp_code(ada.id, authenticator_code(6))


def test_of_many_at_once_one_gets_in(ada, authenticator_code):
    with ThreadPoolExecutor(8) as pool:
        assert (
            list(pool.map(lambda _: totp.verify_totp_code(ada.id, authenticator_code()), range(8))).count(
                True
            )
            == 1
        )


@pytest.mark.parametrize("junk", ["", "000000x", "12345", "1234567", "١٢٣٤٥٦", "\0", "x" * 10_000])
def test_junk_is_no_code(ada, authenticator_code, junk):
    assert not totp.verify_totp_code(ada.id, junk)


def test_a_code_may_have_a_gap(ada, authenticator_code):
    assert totp.verify_totp_code(ada.id, f" {authenticator_code()[:3]} {authenticator_code()[3:]} ")


def test_a_wrong_first_code_changes_nothing(ada, set_clock):
    with pytest.raises(WrongCodeError, match="Enter the code"):
        totp.enable_totp(ada.id, totp.propose_secret("ada")[0], "000000")
    assert not totp.is_enabled(ada.id)
    assert not totp.verify_totp_code(ada.id, "000000")


def test_the_secret_is_sealed(ada, authenticator_code):
    with transaction() as work:
        raw = str(work.connection().exec_driver_sql("SELECT totp FROM users").all())
        assert work.get_one(User, ada.id).totp not in raw


def test_each_recovery_code_is_good_once(ada):
    codes = recovery.renew_codes(ada.id)
    assert len(set(codes)) == recovery.count_unused(ada.id) == 10
    assert recovery.redeem_code(ada.id, codes[0].lower().replace("-", " "))
    assert not recovery.redeem_code(ada.id, codes[0])
    assert recovery.count_unused(ada.id) == 9
    recovery.renew_codes(ada.id)
    assert not recovery.redeem_code(ada.id, codes[1])


def test_recovery_codes_are_their_owners_and_not_stored(ada):
    eve = users.create_user("eve", "correct horse battery", Role.ANALYST)
    codes = recovery.renew_codes(ada.id)
    assert not recovery.redeem_code(eve.id, codes[0])
    assert not recovery.redeem_code(ada.id, "")
    with transaction() as work:
        assert codes[0] not in repr(work.get_one(RecoveryCode, 1))


def test_what_a_code_proves(ada, authenticator_code):
    codes = recovery.renew_codes(ada.id)
    assert factors.verify_code(ada, authenticator_code()) == "totp"
    assert factors.verify_code(ada, codes[0]) == "recovery"
    assert factors.verify_code(ada, "000000") is None


def test_factors_are_found_and_reset(ada, authenticator_code):
    with transaction() as work:
        work.add(Passkey(user_id=ada.id, credential_id="x", public_key=b"", name="key"))
    recovery.renew_codes(ada.id)
    held = sessions.start_session(ada.id, "password", Browser("", ""))
    assert factors.list_factors(ada.id) == {Factor.TOTP, Factor.PASSKEY}
    user_admin.remove_factors(None, ada.id)
    assert factors.list_factors(ada.id) == frozenset()
    assert recovery.count_unused(ada.id) == 0
    with pytest.raises(BadTokenError):
        sessions.authenticate_access_token(held.access)


@pytest.mark.parametrize(
    ("policy", "who"),
    [("optional", set()), ("admins", {Role.ADMIN}), ("everyone", set(Role))],
)
def test_who_must_have_one(settings, policy, who):
    config.override_settings(settings.model_copy(update={"second_factor": policy}))
    assert {role for role in Role if factors.is_factor_required(role)} == who
