"""Password hashes."""

import pytest
from argon2 import PasswordHasher

from accounts import passwords
from accounts.passwords import WeakPasswordError
from tests.conftest import PRODUCTION_HASHER


@pytest.fixture(autouse=True)
def production_hasher(monkeypatch):
    """As in the service: other tests hash with less work."""
    monkeypatch.setattr(passwords, "_hasher", PRODUCTION_HASHER)


def test_a_hash_costs_what_rfc_9106_asks():
    assert "$m=65536,t=3,p=4$" in passwords.hash_password("correct horse battery")


def test_a_hash_knows_its_password_only():
    made = passwords.hash_password("correct horse battery")
    assert made.startswith("$argon2id$")
    assert passwords.verify_password("correct horse battery", made)
    assert not passwords.verify_password("correct horse", made)


def test_a_damaged_hash_and_nobody_match_nothing():
    assert not passwords.verify_password("", "not a hash")
    assert not passwords.verify_password("", None)


def test_nobody_costs_a_full_verification(monkeypatch):
    asked = []
    monkeypatch.setattr(PasswordHasher, "verify", lambda _self, made, _guess: asked.append(made) or False)
    passwords.verify_password("guess", None)
    assert asked[0].startswith("$argon2id$")


def test_weaker_hashes_are_outdated():
    assert passwords.needs_rehash(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not passwords.needs_rehash(passwords.hash_password("x"))


def test_generated_passwords_are_strong_and_differ():
    assert len(passwords.generate_password()) >= 24
    assert passwords.generate_password() != passwords.generate_password()


@pytest.mark.parametrize(
    "guessed",
    [
        "password1234",
        "Password2024!",
        "passwordpassword",
        "123456789012",
        "qwertyqwertyqwerty",
        "q1w2e3r4t5y6",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "!!!!!!!!!!!!!!",
    ],
)
def test_what_attackers_try_first_is_refused(guessed):
    with pytest.raises(WeakPasswordError, match="too common"):
        passwords.check_strength(guessed, "ada")


@pytest.mark.parametrize(
    "named", ["adalovelace!1", "ADALOVELACE12", "dataxchange2026", "adalovelaceadalovelace"]
)
def test_a_password_is_no_name(named):
    with pytest.raises(WeakPasswordError, match="too similar to your name"):
        passwords.check_strength(named, "AdaLovelace")


@pytest.mark.parametrize("length", [0, 11, 1001])
def test_the_length_is_bounded(length):
    with pytest.raises(WeakPasswordError, match="12 to 1000 characters"):
        passwords.check_strength("xqzj" * (length // 4) + "x" * (length % 4), "ada")


@pytest.mark.parametrize(
    "good",
    [
        "correct horse battery",
        "all small letters",
        "839201847563",
        "Aß€ ünïcode 字",
        pytest.param(passwords.generate_password(), id="generated"),
    ],
)
def test_no_rules_on_letters(good):
    passwords.check_strength(good, "ada")
