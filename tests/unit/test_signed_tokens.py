"""Tokens are taken only as what they were given out for (RFC 8725)."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from accounts import signed_tokens
from accounts.signed_tokens import Audience, BadTokenError
from db.keys import key_ring
from db.tables import KeyPurpose, now


@pytest.fixture
def good(settings):
    return signed_tokens.issue(Audience.ACCESS, "a" * 32, now() + timedelta(minutes=1))


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(key=None, **changes):
    key = key or key_ring.current(KeyPurpose.SIGN)
    times = {"iat": now(), "exp": now() + timedelta(minutes=1)}
    claims = {"iss": "dataxchange", "aud": "access", "jti": "x", **times, **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key.secret, "HS256", headers={"kid": key.id})


def refused(token):
    with pytest.raises(BadTokenError):
        signed_tokens.read(Audience.ACCESS, token)
    return True


def test_a_good_one_is_read(good):
    assert signed_tokens.read(Audience.ACCESS, good)["jti"] == "a" * 32
    assert signed_tokens.read(Audience.ACCESS, signed())


@pytest.mark.parametrize("audience", [each for each in Audience if each is not Audience.ACCESS])
def test_each_kind_is_good_for_one_purpose(good, audience):
    with pytest.raises(BadTokenError):
        signed_tokens.read(audience, good)
    assert refused(signed(aud=str(audience)))


def test_no_other_algorithm(good):
    head, body, _ = good.split(".")
    kid = jwt.get_unverified_header(good)["kid"]
    for algorithm in ("none", "None", "HS512", "RS256", "ES256"):
        assert refused(f"{part({'alg': algorithm, 'kid': kid})}.{body}.")
    assert refused(f"{head}.{body}.")


@pytest.mark.parametrize("kid", [None, "", "../../etc/passwd", "' OR 1=1 --", 7, ["x"], "0" * 16, "\0" * 16])
def test_no_key_but_ours(good, kid):
    _, body, signature = good.split(".")
    assert refused(f"{part({'alg': 'HS256', 'kid': kid})}.{body}.{signature}")


def test_no_key_of_another_purpose(good):
    assert refused(signed(key_ring.current(KeyPurpose.SEAL)))


def test_no_key_that_the_token_brings_along(good):
    _, body, signature = good.split(".")
    jwk = {"kty": "oct", "k": part("mine")}
    kid = jwt.get_unverified_header(good)["kid"]
    assert refused(f"{part({'alg': 'HS256', 'kid': kid + 'x', 'jwk': jwk})}.{body}.{signature}")


def test_nothing_missing_expired_or_of_others(good):
    assert refused(signed(exp=now() - timedelta(seconds=1)))
    assert refused(signed(iss="somebody"))
    assert refused(signed(aud=["access", "api"]))
    for claim in ("iss", "aud", "jti", "iat", "exp"):
        assert refused(signed(**{claim: None}))


@pytest.mark.parametrize("junk", ["", ".", "..", "a.b.c", "ü", "x" * 10_000])
def test_no_junk(settings, junk):
    assert refused(junk)


def test_no_changed_claims(good):
    head, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert refused(f"{head}.{part(claims | {'jti': 'b' * 32})}.{signature}")
