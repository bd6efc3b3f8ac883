"""The OpenID Connect client: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0).

Authlib implements the protocol. We check more than it does by default: that the issuer is the configured
one, that we are the audience, and that the signature is asymmetric.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import structlog
from flask import request, session

from accounts.origins import get_origin
from config import get_settings

if TYPE_CHECKING:
    from authlib.integrations.flask_client import FlaskOAuth2App
    from authlib.integrations.requests_client import OAuth2Session

CALLBACK_PATH = "/signin/oidc/callback"
SCOPE = "openid profile email"
SIGNATURE_ALGORITHMS = [kind + bits for kind in ("RS", "PS", "ES") for bits in ("256", "384", "512")]
"""Asymmetric algorithms only: neither ``none`` nor one that uses our client secret."""
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10
"""The clock difference allowed, and the time to wait for the provider, in seconds."""
MAX_NEXT_LENGTH = 2000
"""The maximum length of an address that fits the form cookie."""
STATE_PREFIX = "_state_oidc_"

log = structlog.get_logger(__name__)


class InvalidOidcResponseError(ValueError):
    """The provider's response does not prove who has signed in."""


class ProviderError(RuntimeError):
    """Signing in at the provider has failed. The message is for the user; the log has the reason."""


@dataclass(frozen=True)
class OidcResult:
    """The identity that the provider confirmed, the path to open next, and the user to link, if any."""

    issuer: str
    subject: str
    claims: dict[str, Any]
    next: str
    link_user_id: int | None

    @property
    def has_multiple_factors(self) -> bool:
        """Return whether the provider reports multi-factor authentication (RFC 8176)."""
        return "mfa" in (self.claims.get("amr") or [])


def get_provider_name() -> str:
    """Return the display name of the provider; empty if none is configured."""
    own = get_settings()
    return own.oidc_name if own.oidc_issuer else ""


def get_authorization_url(next_path: str, link_user_id: int | None = None) -> str:
    """Return the provider's URL to sign in at. Afterwards the browser comes back to ``next_path``.

    Raises:
        ProviderError: the provider can't be reached, or its metadata is invalid.
    """
    back = get_origin() + CALLBACK_PATH
    with _translate_errors():
        client = _get_client()
        made = client.create_authorization_url(back)
    for key in [key for key in session if key.startswith(STATE_PREFIX)]:
        del session[key]
    kept = {"code_verifier": made["code_verifier"], "nonce": made["nonce"], "state": made["state"]}
    short = next_path if len(next_path) <= MAX_NEXT_LENGTH else "/"
    client.save_authorize_data(redirect_uri=back, next=short, link=link_user_id, **kept)
    return str(made["url"])


def verify_callback() -> OidcResult:
    """Verify the provider's response and return who has signed in.

    Raises:
        ProviderError: the state is not this browser's, the provider refuses, or its response is invalid.
    """
    own = get_settings()
    with _translate_errors():
        client = _get_client()
        kept = client.framework.get_state_data(session, request.args.get("state"))
        if kept is None or request.args.get("iss", own.oidc_issuer) != own.oidc_issuer:
            raise InvalidOidcResponseError(
                "this browser was not sent there, or it answers for another provider"
            )
        ours = {"iss": own.oidc_issuer, "aud": own.oidc_client_id}
        required = {claim: {"essential": True, "value": value} for claim, value in ours.items()}
        token = client.authorize_access_token(claims_options=required, leeway=LEEWAY_SECONDS)
        claims = token.get("userinfo")
        if claims is None:
            raise InvalidOidcResponseError("the provider sent no ID token")
        more = _fetch_userinfo(client, token, claims["sub"])
    return OidcResult(own.oidc_issuer, str(claims["sub"]), more | claims, kept["next"], kept["link"])


def _fetch_userinfo(client: FlaskOAuth2App, token: dict[str, Any], subject: str) -> dict[str, Any]:
    """Return the provider's user info, which adds to the ID token, such as the user's name."""
    if "userinfo_endpoint" not in client.server_metadata:
        return {}
    claims = dict(client.userinfo(token=token))
    if claims.get("sub") != subject:
        raise InvalidOidcResponseError("the provider answered for another person")
    return claims


def _get_client() -> FlaskOAuth2App:
    own = get_settings()
    secret = own.oidc_client_secret and own.oidc_client_secret.get_secret_value()
    client = _create_client(own.oidc_issuer, own.oidc_client_id, secret)
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != own.oidc_issuer:
        raise InvalidOidcResponseError(f"the provider calls itself {metadata.get('issuer')}")
    metadata["id_token_signing_alg_values_supported"] = SIGNATURE_ALGORITHMS
    return client


@lru_cache(maxsize=1)
def _create_client(issuer: str, client_id: str, secret: str | None) -> FlaskOAuth2App:
    """Return the client. It loads the provider's metadata once, and its keys whenever an unknown one is used.

    Authlib is imported here as that is slow and would delay the start.
    """
    from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App  # noqa: PLC0415

    def create_session(**options: Any) -> OAuth2Session:  # noqa: ANN401
        """Return an HTTP session for the provider, which fails on redirects."""
        http = FlaskOAuth2App.client_cls(**options)
        http.max_redirects = 0
        return http

    client = FlaskOAuth2App(
        FlaskIntegration("oidc"),
        "oidc",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
            "leeway": 0,  # the access token is used at once, and may expire in less than a minute
        },
    )
    client.client_cls = create_session
    return client


@contextmanager
def _translate_errors() -> Iterator[None]:
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    try:
        yield
    except RequestException as error:
        log.warning("the OpenID provider can't be reached", error=str(error))
        raise ProviderError(f"{get_provider_name()} can't be reached. Please try again later.") from error
    except (AuthlibBaseError, JoseError, KeyError, ValueError) as error:
        log.warning("signing in at the OpenID provider failed", error=str(error))
        if getattr(error, "error", "") == "access_denied":
            raise ProviderError(f"{get_provider_name()} refused the sign-in, or you cancelled it.") from error
        raise ProviderError(f"Signing in with {get_provider_name()} failed. Please try again.") from error
