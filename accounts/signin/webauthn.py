"""What passes between a browser's passkeys and us (WebAuthn): registering one, and proving to have it.

A passkey lets in by itself: it is something one has, and its device verifies who holds it by a PIN, a finger
or a face. That verification is required, and so is that the passkey can be found without a name.
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
from accounts.origins import origin
from accounts.passkeys import NoNameError, RefusedError
from accounts.principals import Principal, principal
from accounts.signin import challenges
from accounts.signin.challenges import Ceremony
from accounts.signin.webauthn_schemas import Answer, Given, Made
from db.engine import session
from db.tables import Passkey, User

PRODUCT = "DataXchange"
PATIENCE = int(challenges.LIFETIME.total_seconds() * 1000)
VERIFIED = UserVerificationRequirement.REQUIRED


def creation(person: Principal) -> str:
    """What ``navigator.credentials.create`` is asked, as JSON.

    Raises:
        NoNameError: the service is reached by an IP address.
    """
    with session() as work:
        handle = work.get_one(User, person.id).handle
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=PRODUCT,
        user_id=bytes.fromhex(handle),
        user_name=person.name,
        challenge=challenges.new(Ceremony.REGISTER),
        timeout=PATIENCE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=_descriptors(person.id),
    )
    return webauthn.options_to_json(options)


def register(person: Principal, name: str, answer: Answer[Made]) -> Passkey:
    """Keep the passkey that a browser has made.

    Raises:
        BadPasskeyNameError, StaleChallengeError: as they say.
        RefusedError: the answer is not what it should be.
    """
    passkeys.checked(name)
    challenge = _challenge(Ceremony.REGISTER, answer)
    try:
        made = webauthn.verify_registration_response(
            credential=answer.model_dump(by_alias=True),
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise RefusedError from error
    challenges.spend(challenge)
    own = Passkey(
        user_id=person.id,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
    )
    return passkeys.add(own)


def proof(ceremony: Ceremony, user_id: int | None = None) -> str:
    """What ``navigator.credentials.get`` is asked, as JSON: any passkey of ours, or one of this user's.

    Raises:
        NoNameError: the service is reached by an IP address.
    """
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=challenges.new(ceremony),
        timeout=PATIENCE,
        allow_credentials=_descriptors(user_id) if user_id else None,
        user_verification=VERIFIED,
    )
    return webauthn.options_to_json(options)


def prove(ceremony: Ceremony, answer: Answer[Given]) -> Principal:
    """Whose passkey has answered.

    Raises:
        UnknownPasskeyError, StaleChallengeError: as they say.
        RefusedError: the signature, the counter, or where it was made is wrong.
    """
    challenge = _challenge(ceremony, answer)
    own, user = passkeys.owned(answer.id)
    if answer.response.user_handle not in (None, bytes_to_base64url(bytes.fromhex(user.handle))):
        raise RefusedError(principal(user))
    try:
        given = webauthn.verify_authentication_response(
            credential=answer.model_dump(by_alias=True),
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=origin(),
            credential_public_key=own.public_key,
            credential_current_sign_count=own.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise RefusedError(principal(user)) from error
    challenges.spend(challenge)
    passkeys.used(own, given.new_sign_count)
    return principal(user)


def _challenge(ceremony: Ceremony, answer: Answer[Made] | Answer[Given]) -> bytes:
    try:
        data = parse_client_data_json(base64url_to_bytes(answer.response.client_data))
    except (WebAuthnException, ValueError) as error:
        raise RefusedError from error
    challenges.require(ceremony, data.challenge)
    return data.challenge


def _host() -> str:
    host = urlsplit(origin()).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    raise NoNameError


def _descriptors(user_id: int) -> list[PublicKeyCredentialDescriptor]:
    own = passkeys.of(user_id)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in own]
