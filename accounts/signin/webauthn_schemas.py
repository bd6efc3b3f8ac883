"""The responses of passkeys as ``PublicKeyCredential.toJSON()`` writes them; other fields are ignored."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=100_000)]
CredentialId = Annotated[Base64Url, StringConstraints(max_length=1400)]


class CamelCaseModel(BaseModel):
    """A model whose fields are camelCase in JSON and snake_case in Python."""

    model_config = ConfigDict(alias_generator=to_camel)


class AttestationResponse(CamelCaseModel):
    """The response of a new passkey."""

    client_data: Base64Url = Field(alias="clientDataJSON")
    attestation_object: Base64Url


class AssertionResponse(CamelCaseModel):
    """The response of a registered passkey."""

    client_data: Base64Url = Field(alias="clientDataJSON")
    authenticator_data: Base64Url
    signature: Base64Url
    user_handle: Base64Url | None = None


Response = TypeVar("Response", AttestationResponse, AssertionResponse)


class PublicKeyCredential(CamelCaseModel, Generic[Response]):
    """The id of a passkey and its response."""

    id: CredentialId
    raw_id: CredentialId
    type: Literal["public-key"]
    response: Response
