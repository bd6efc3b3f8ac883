"""Password hashes."""

from argon2 import PasswordHasher

from accounts import passwords


def test_a_hash_knows_its_password_only():
    made = passwords.hashed("correct horse battery")
    assert made.startswith("$argon2id$")
    assert passwords.matches("correct horse battery", made)
    assert not passwords.matches("correct horse", made)


def test_a_damaged_hash_and_nobody_match_nothing():
    assert not passwords.matches("", "not a hash")
    assert not passwords.matches("", None)


def test_nobody_costs_a_full_verification(monkeypatch):
    asked = []
    monkeypatch.setattr(PasswordHasher, "verify", lambda _self, made, _guess: asked.append(made) or False)
    passwords.matches("guess", None)
    assert asked[0].startswith("$argon2id$")


def test_weaker_hashes_are_outdated():
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not passwords.outdated(passwords.hashed("x"))


def test_generated_passwords_are_strong_and_differ():
    assert len(passwords.generate()) >= 24
    assert passwords.generate() != passwords.generate()
