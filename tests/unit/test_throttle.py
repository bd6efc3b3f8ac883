"""Whoever guesses is slowed down; nobody else is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import select

from accounts import throttle
from accounts.throttle import LIMITS, Attempt, AttemptKind, TooManyAttemptsError
from db.engine import transaction
from db.tables import AttemptCounter

START = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """A time that passes when told."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def advance_time(self, **passed):
        self.now += timedelta(**passed)


@pytest.fixture
def clock(settings, monkeypatch):
    clock = FakeClock()
    monkeypatch.setattr(throttle, "utc_now", clock)
    return clock


def make_attempt(account="ada", address="192.0.2.1", device="", kind=AttemptKind.PASSWORD):
    return Attempt(kind, account, address, device)


def get_wait_seconds(attempt):
    """Seconds until this try is looked at; 0: it was, and failed."""
    try:
        throttle.register_attempt(attempt)
    except TooManyAttemptsError as error:
        return error.retry_after
    return 0


def test_some_tries_are_free_then_each_waits_twice_as_long(clock):
    waited = []
    for _ in range(5 + 2 * 6):
        waited.append(get_wait_seconds(make_attempt()))
        clock.advance_time(seconds=waited[-1])
    assert waited == [0] * 5 + [1, 0, 2, 0, 4, 0, 8, 0, 16, 0, 32, 0]


def test_a_refused_try_is_not_counted(clock):
    for _ in range(5):
        get_wait_seconds(make_attempt())
    assert [get_wait_seconds(make_attempt()) for _ in range(9)] == [1] * 9


def test_no_wait_is_longer_than_a_quarter_of_an_hour(clock):
    waited = []
    for _ in range(40):
        waited.append(get_wait_seconds(make_attempt()))
        clock.advance_time(seconds=waited[-1])
    assert max(waited) == 900


def test_a_right_password_makes_all_free_again(clock):
    for _ in range(5):
        get_wait_seconds(make_attempt())
    clock.advance_time(seconds=1)
    throttle.register_attempt(make_attempt())
    throttle.clear_attempt(make_attempt())
    assert [get_wait_seconds(make_attempt()) for _ in range(6)] == [0] * 5 + [1]


def test_others_are_not_slowed(clock):
    while not get_wait_seconds(make_attempt()):
        pass
    assert get_wait_seconds(make_attempt(address="198.51.100.9")) == 0
    assert get_wait_seconds(make_attempt(account="eve")) == 0
    assert get_wait_seconds(make_attempt(device="of ada")) == 0


def test_one_who_has_an_ipv6_address_has_a_network(clock):
    while not get_wait_seconds(make_attempt(address="2001:db8:0:1::1")):
        pass
    assert get_wait_seconds(make_attempt(address="2001:db8:0:1:ffff::2"))
    assert get_wait_seconds(make_attempt(address="2001:db8:0:2::1")) == 0
    assert throttle.get_network("::ffff:192.0.2.1") == "192.0.2.1"


def test_a_network_has_so_many_tries_whatever_the_account(clock):
    most = LIMITS[AttemptKind.PASSWORD].network
    assert [get_wait_seconds(make_attempt(f"user {number}")) for number in range(most)] == [0] * most
    assert 0 < get_wait_seconds(make_attempt("another")) <= 600
    assert get_wait_seconds(make_attempt("another", device="of another")) == 0
    clock.advance_time(minutes=10)
    assert get_wait_seconds(make_attempt("another")) == 0


def test_those_who_get_in_use_up_nothing(clock):
    for number in range(LIMITS[AttemptKind.RESET].network + 5):
        throttle.register_attempt(make_attempt(f"user {number}", kind=AttemptKind.RESET))
        throttle.clear_attempt(make_attempt(f"user {number}", kind=AttemptKind.RESET))
    assert get_wait_seconds(make_attempt(kind=AttemptKind.RESET)) == 0


def test_an_attacked_account_gives_every_network_one_free_try(clock):
    for number in range(LIMITS[AttemptKind.PASSWORD].account):
        get_wait_seconds(make_attempt(address=f"198.51.100.{number}"))
    assert get_wait_seconds(make_attempt()) == 0
    assert get_wait_seconds(make_attempt()) == 1


def test_codes_of_an_attacked_account_are_for_known_browsers(clock):
    for number in range(LIMITS[AttemptKind.FACTOR].account):
        assert get_wait_seconds(make_attempt(address=f"198.51.100.{number}", kind=AttemptKind.FACTOR)) == 0
    assert get_wait_seconds(make_attempt(kind=AttemptKind.FACTOR)) > 1
    assert get_wait_seconds(make_attempt(kind=AttemptKind.FACTOR, device="of ada")) == 0


ATTACK_SEQUENCES = st.lists(
    st.tuples(st.sampled_from(list(AttemptKind)), st.integers(0, 40), st.integers(0, 900)), max_size=60
)


@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(attack=ATTACK_SEQUENCES, kind=st.sampled_from(list(AttemptKind)), address=st.integers(0, 40))
def test_nobody_keeps_a_known_browser_out(clock, attack, kind, address):
    for tried_kind, host, seconds in attack:
        get_wait_seconds(make_attempt(address=f"192.0.2.{host}", kind=tried_kind))
        clock.advance_time(seconds=seconds)
    mine = make_attempt(address=f"192.0.2.{address}", device="of ada", kind=kind)
    throttle.register_attempt(mine)
    throttle.clear_attempt(mine)


def test_concurrent_attempts_gain_nothing(settings):
    with ThreadPoolExecutor(8) as pool:
        looked_at = list(pool.map(lambda _: get_wait_seconds(make_attempt()) == 0, range(32)))
    assert looked_at.count(True) <= LIMITS[AttemptKind.PASSWORD].place + 1  # a second may have passed


def test_what_is_long_ago_is_forgotten(clock):
    while not get_wait_seconds(make_attempt()):
        pass
    clock.advance_time(days=1, seconds=1)
    assert [get_wait_seconds(make_attempt()) for _ in range(5)] == [0] * 5
    throttle.delete_old_counters(clock.now + timedelta(seconds=1))
    with transaction() as work:
        assert work.exec(select(AttemptCounter)).all() == []


def test_neither_account_nor_address_is_kept(clock):
    get_wait_seconds(make_attempt(account="somebody"))
    with transaction() as work:
        kept = repr(work.exec(select(AttemptCounter)).all())
    assert "somebody" not in kept
    assert "192.0.2" not in kept


@pytest.mark.parametrize(("seconds", "words"), [(1, "1 second,"), (7, "7 seconds,"), (130, "3 minutes,")])
def test_how_long_to_wait_is_said(seconds, words):
    assert words in str(TooManyAttemptsError(timedelta(seconds=seconds), ""))
