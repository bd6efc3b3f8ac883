"""Tokens are taken only as what they were given out for (RFC 8725)."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from accounts import signed_tokens
from accounts.signed_tokens import Audience, BadTokenError
from db.keys import key_ring
from db.tables import KeyPurpose, utc_now


@pytest.fixture
def access_token(settings):
    return signed_tokens.issue_token(Audience.ACCESS, "a" * 32, utc_now() + timedelta(minutes=1))


def encode_token_part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def sign_claims(key=None, **changes):
    key = key or key_ring.get_current_key(KeyPurpose.SIGN)
    times = {"iat": utc_now(), "exp": utc_now() + timedelta(minutes=1)}
    claims = {"iss": "dataxchange", "aud": "access", "jti": "x", **times, **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key.secret, "HS256", headers={"kid": key.id})


def assert_refused(token):
    with pytest.raises(BadTokenError):
        signed_tokens.decode_token(Audience.ACCESS, token)
    return True


def test_a_good_one_is_read(access_token):
    assert signed_tokens.decode_token(Audience.ACCESS, access_token)["jti"] == "a" * 32
    assert signed_tokens.decode_token(Audience.ACCESS, sign_claims())


@pytest.mark.parametrize("audience", [each for each in Audience if each is not Audience.ACCESS])
def test_each_kind_is_good_for_one_purpose(access_token, audience):
    with pytest.raises(BadTokenError):
        signed_tokens.decode_token(audience, access_token)
    assert assert_refused(sign_claims(aud=str(audience)))


def test_no_other_algorithm(access_token):
    head, body, _ = access_token.split(".")
    kid = jwt.get_unverified_header(access_token)["kid"]
    for algorithm in ("none", "None", "HS512", "RS256", "ES256"):
        assert assert_refused(f"{encode_token_part({'alg': algorithm, 'kid': kid})}.{body}.")
    assert assert_refused(f"{head}.{body}.")


@pytest.mark.parametrize("kid", [None, "", "../../etc/passwd", "' OR 1=1 --", 7, ["x"], "0" * 16, "\0" * 16])
def test_no_key_but_ours(access_token, kid):
    _, body, signature = access_token.split(".")
    assert assert_refused(f"{encode_token_part({'alg': 'HS256', 'kid': kid})}.{body}.{signature}")


def test_no_key_of_another_purpose(access_token):
    assert assert_refused(sign_claims(key_ring.get_current_key(KeyPurpose.SEAL)))


def test_no_key_that_the_token_brings_along(access_token):
    _, body, signature = access_token.split(".")
    jwk = {"kty": "oct", "k": encode_token_part("mine")}
    kid = jwt.get_unverified_header(access_token)["kid"]
    assert assert_refused(
        f"{encode_token_part({'alg': 'HS256', 'kid': kid + 'x', 'jwk': jwk})}.{body}.{signature}"
    )


def test_nothing_missing_expired_or_of_others(access_token):
    assert assert_refused(sign_claims(exp=utc_now() - timedelta(seconds=1)))
    assert assert_refused(sign_claims(iss="somebody"))
    assert assert_refused(sign_claims(aud=["access", "api"]))
    for claim in ("iss", "aud", "jti", "iat", "exp"):
        assert assert_refused(sign_claims(**{claim: None}))


@pytest.mark.parametrize("junk", ["", ".", "..", "a.b.c", "ü", "x" * 10_000])
def test_no_junk(settings, junk):
    assert assert_refused(junk)


def test_no_changed_claims(access_token):
    head, body, signature = access_token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert assert_refused(f"{head}.{encode_token_part(claims | {'jti': 'b' * 32})}.{signature}")
