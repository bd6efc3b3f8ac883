"""What passkeys answer, as ``PublicKeyCredential.toJSON()`` writes it; what else it holds is not needed."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=100_000)]
CredentialId = Annotated[Base64Url, StringConstraints(max_length=1400)]


class CamelCaseModel(BaseModel):
    """Named as in JavaScript there, as in Python here."""

    model_config = ConfigDict(alias_generator=to_camel)


class AttestationResponse(CamelCaseModel):
    """A new passkey's."""

    client_data: Base64Url = Field(alias="clientDataJSON")
    attestation_object: Base64Url


class AssertionResponse(CamelCaseModel):
    """A known passkey's."""

    client_data: Base64Url = Field(alias="clientDataJSON")
    authenticator_data: Base64Url
    signature: Base64Url
    user_handle: Base64Url | None = None


Response = TypeVar("Response", AttestationResponse, AssertionResponse)


class PublicKeyCredential(CamelCaseModel, Generic[Response]):
    """Which passkey answers, and what."""

    id: CredentialId
    raw_id: CredentialId
    type: Literal["public-key"]
    response: Response
