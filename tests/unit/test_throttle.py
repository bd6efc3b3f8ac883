"""Whoever guesses is slowed down; nobody else is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import select

from accounts import throttle
from accounts.throttle import LIMITS, Kind, TooManyError, Try
from db.engine import session
from db.tables import Attempt

START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """A time that passes when told."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def pass_by(self, **passed):
        self.now += timedelta(**passed)


@pytest.fixture
def clock(settings, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(throttle, "now", clock)
    return clock


def tried(account="ada", address="192.0.2.1", device="", kind=Kind.PASSWORD):
    return Try(kind, account, address, device)


def waits(one):
    """Seconds until this try is looked at; 0: it was, and failed."""
    try:
        throttle.allowed(one)
    except TooManyError as error:
        return error.seconds
    return 0


def test_some_tries_are_free_then_each_waits_twice_as_long(clock):
    waited = []
    for _ in range(5 + 2 * 6):
        waited.append(waits(tried()))
        clock.pass_by(seconds=waited[-1])
    assert waited == [0] * 5 + [1, 0, 2, 0, 4, 0, 8, 0, 16, 0, 32, 0]


def test_a_refused_try_is_not_counted(clock):
    for _ in range(5):
        waits(tried())
    assert [waits(tried()) for _ in range(9)] == [1] * 9


def test_no_wait_is_longer_than_a_quarter_of_an_hour(clock):
    waited = []
    for _ in range(40):
        waited.append(waits(tried()))
        clock.pass_by(seconds=waited[-1])
    assert max(waited) == 900


def test_a_right_password_makes_all_free_again(clock):
    for _ in range(5):
        waits(tried())
    clock.pass_by(seconds=1)
    throttle.allowed(tried())
    throttle.succeeded(tried())
    assert [waits(tried()) for _ in range(6)] == [0] * 5 + [1]


def test_others_are_not_slowed(clock):
    while not waits(tried()):
        pass
    assert waits(tried(address="198.51.100.9")) == 0
    assert waits(tried(account="eve")) == 0
    assert waits(tried(device="of ada")) == 0


def test_one_who_has_an_ipv6_address_has_a_network(clock):
    while not waits(tried(address="2001:db8:0:1::1")):
        pass
    assert waits(tried(address="2001:db8:0:1:ffff::2"))
    assert waits(tried(address="2001:db8:0:2::1")) == 0
    assert throttle.network_of("::ffff:192.0.2.1") == "192.0.2.1"


def test_a_network_has_so_many_tries_whatever_the_account(clock):
    most = LIMITS[Kind.PASSWORD].network
    assert [waits(tried(f"user {number}")) for number in range(most)] == [0] * most
    assert 0 < waits(tried("another")) <= 600
    assert waits(tried("another", device="of another")) == 0
    clock.pass_by(minutes=10)
    assert waits(tried("another")) == 0


def test_those_who_get_in_use_up_nothing(clock):
    for number in range(LIMITS[Kind.RESET].network + 5):
        throttle.allowed(tried(f"user {number}", kind=Kind.RESET))
        throttle.succeeded(tried(f"user {number}", kind=Kind.RESET))
    assert waits(tried(kind=Kind.RESET)) == 0


def test_an_attacked_account_gives_every_network_one_free_try(clock):
    for number in range(LIMITS[Kind.PASSWORD].account):
        waits(tried(address=f"198.51.100.{number}"))
    assert waits(tried()) == 0
    assert waits(tried()) == 1


def test_codes_of_an_attacked_account_are_for_known_browsers(clock):
    for number in range(LIMITS[Kind.FACTOR].account):
        assert waits(tried(address=f"198.51.100.{number}", kind=Kind.FACTOR)) == 0
    assert waits(tried(kind=Kind.FACTOR)) > 1
    assert waits(tried(kind=Kind.FACTOR, device="of ada")) == 0


ATTACKS = st.lists(
    st.tuples(st.sampled_from(list(Kind)), st.integers(0, 40), st.integers(0, 900)), max_size=60
)


@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(attack=ATTACKS, kind=st.sampled_from(list(Kind)), address=st.integers(0, 40))
def test_nobody_keeps_a_known_browser_out(clock, attack, kind, address):
    for tried_kind, host, seconds in attack:
        waits(tried(address=f"192.0.2.{host}", kind=tried_kind))
        clock.pass_by(seconds=seconds)
    mine = tried(address=f"192.0.2.{address}", device="of ada", kind=kind)
    throttle.allowed(mine)
    throttle.succeeded(mine)


def test_many_at_once_gain_nothing(settings):
    with ThreadPoolExecutor(8) as pool:
        looked_at = list(pool.map(lambda _: waits(tried()) == 0, range(32)))
    assert looked_at.count(True) <= LIMITS[Kind.PASSWORD].place + 1  # a second may have passed


def test_what_is_long_ago_is_forgotten(clock):
    while not waits(tried()):
        pass
    clock.pass_by(days=1, seconds=1)
    assert [waits(tried()) for _ in range(5)] == [0] * 5
    throttle.forget(clock.now + timedelta(seconds=1))
    with session() as work:
        assert work.exec(select(Attempt)).all() == []


def test_neither_account_nor_address_is_kept(clock):
    waits(tried())
    with session() as work:
        kept = repr(work.exec(select(Attempt)).all())
    assert "ada" not in kept
    assert "192.0.2" not in kept


@pytest.mark.parametrize(("seconds", "words"), [(1, "1 second,"), (7, "7 seconds,"), (130, "3 minutes,")])
def test_how_long_to_wait_is_said(seconds, words):
    assert words in str(TooManyError(timedelta(seconds=seconds), ""))
