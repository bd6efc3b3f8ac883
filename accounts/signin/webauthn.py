"""WebAuthn: the registration of passkeys, and authentication with them.

A passkey alone is two factors: the user has its device, and the device verifies them by a PIN, a finger
or a face. That verification is required, and so are passkeys that work without a user name.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts import passkeys
from accounts.origins import get_origin
from accounts.passkeys import HostNameRequiredError, PasskeyVerificationError
from accounts.principals import Principal, principal_from_user
from accounts.signin import challenges
from accounts.signin.challenges import Ceremony
from accounts.signin.webauthn_schemas import AssertionResponse, AttestationResponse, PublicKeyCredential
from db.engine import transaction
from db.tables import Passkey, User

PRODUCT = "DataXchange"
TIMEOUT_MS = int(challenges.LIFETIME.total_seconds() * 1000)
VERIFICATION_REQUIRED = UserVerificationRequirement.REQUIRED


def create_registration_options(person: Principal) -> str:
    """Return the options for ``navigator.credentials.create`` as JSON.

    Raises:
        HostNameRequiredError: the service is reached by an IP address.
    """
    with transaction() as work:
        handle = work.get_one(User, person.id).handle
    options = webauthn.generate_registration_options(
        rp_id=_relying_party_id(),
        rp_name=PRODUCT,
        user_id=bytes.fromhex(handle),
        user_name=person.name,
        challenge=challenges.create_challenge(Ceremony.REGISTER),
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFICATION_REQUIRED
        ),
        exclude_credentials=_credential_descriptors(person.id),
    )
    return webauthn.options_to_json(options)


def register_passkey(
    person: Principal, name: str, answer: PublicKeyCredential[AttestationResponse]
) -> Passkey:
    """Verify and store the passkey that a browser has created.

    Raises:
        BadPasskeyNameError: the name is invalid.
        StaleChallengeError: the challenge is unknown, expired or already answered.
        PasskeyVerificationError: the answer is not what it should be.
    """
    passkeys.check_name(name)
    challenge = _take_challenge(Ceremony.REGISTER, answer)
    try:
        made = webauthn.verify_registration_response(
            credential=answer.model_dump(by_alias=True),
            expected_challenge=challenge,
            expected_rp_id=_relying_party_id(),
            expected_origin=get_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyVerificationError from error
    challenges.mark_used(challenge)
    own = Passkey(
        user_id=person.id,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
    )
    return passkeys.add_passkey(own)


def create_authentication_options(ceremony: Ceremony, user_id: int | None = None) -> str:
    """Return the options for ``navigator.credentials.get`` as JSON: for any passkey, or one of this user's.

    Raises:
        HostNameRequiredError: the service is reached by an IP address.
    """
    options = webauthn.generate_authentication_options(
        rp_id=_relying_party_id(),
        challenge=challenges.create_challenge(ceremony),
        timeout=TIMEOUT_MS,
        allow_credentials=_credential_descriptors(user_id) if user_id else None,
        user_verification=VERIFICATION_REQUIRED,
    )
    return webauthn.options_to_json(options)


def verify_authentication(ceremony: Ceremony, answer: PublicKeyCredential[AssertionResponse]) -> Principal:
    """Verify a passkey's response and return its owner.

    Raises:
        UnknownPasskeyError: there is no such passkey, or its owner is disabled.
        StaleChallengeError: the challenge is unknown, expired or already answered.
        PasskeyVerificationError: the signature, the counter, or where it was made is wrong.
    """
    challenge = _take_challenge(ceremony, answer)
    own, user = passkeys.get_passkey_with_owner(answer.id)
    if answer.response.user_handle not in (None, bytes_to_base64url(bytes.fromhex(user.handle))):
        raise PasskeyVerificationError(principal_from_user(user))
    try:
        given = webauthn.verify_authentication_response(
            credential=answer.model_dump(by_alias=True),
            expected_challenge=challenge,
            expected_rp_id=_relying_party_id(),
            expected_origin=get_origin(),
            credential_public_key=own.public_key,
            credential_current_sign_count=own.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyVerificationError(principal_from_user(user)) from error
    challenges.mark_used(challenge)
    passkeys.record_use(own, given.new_sign_count)
    return principal_from_user(user)


def _take_challenge(
    ceremony: Ceremony,
    answer: PublicKeyCredential[AttestationResponse] | PublicKeyCredential[AssertionResponse],
) -> bytes:
    try:
        data = parse_client_data_json(base64url_to_bytes(answer.response.client_data))
    except (WebAuthnException, ValueError) as error:
        raise PasskeyVerificationError from error
    challenges.take_challenge(ceremony, data.challenge)
    return data.challenge


def _relying_party_id() -> str:
    host = urlsplit(get_origin()).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    raise HostNameRequiredError


def _credential_descriptors(user_id: int) -> list[PublicKeyCredentialDescriptor]:
    own = passkeys.list_passkeys(user_id)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in own]
