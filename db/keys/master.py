"""The master key, which wraps all other keys. It comes from a file, a variable, or a key service's command.

A file or variable may hold several keys: the first one wraps; the others unwrap what a rotation has not
reached yet.
"""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import get_settings
from db.keys.secret_files import read_or_create, read_secret, write_secret

NONCE_BYTES = 12
KMS_TIMEOUT = 30
"""Seconds after which a command of the key service is ended."""


class MasterKeyError(RuntimeError):
    """The master key can't be used, or does not unwrap a key; the message says what to do."""


class MasterKey(Protocol):
    """The interface of a master key, local or in a key management service."""

    @property
    def id(self) -> str: ...

    def wrap(self, secret: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return the secret.

        Raises:
            MasterKeyError: another key wrapped it, or this key can't be used now.
        """
        ...


@dataclass(frozen=True)
class LocalKey:
    """A master key of 256 bits that this process holds itself; wraps with AES-256-GCM."""

    secret: bytes

    @property
    def id(self) -> str:
        return sha256(b"dataxchange master " + self.secret).hexdigest()[:16]

    def wrap(self, secret: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, secret, self.id.encode())

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return AESGCM(self.secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], self.id.encode())
        except InvalidTag as error:
            raise MasterKeyError("A wrapped key was altered: its master key does not open it.") from error


@dataclass(frozen=True)
class ServiceKey:
    """A key service behind a command: ``COMMAND wrap`` and ``COMMAND unwrap``, base64 on stdin and stdout."""

    command: str
    id: str = "service"

    def wrap(self, secret: bytes) -> bytes:
        return self._run_command("wrap", secret)

    def unwrap(self, wrapped: bytes) -> bytes:
        return self._run_command("unwrap", wrapped)

    def _run_command(self, verb: str, content: bytes) -> bytes:
        line = [*shlex.split(self.command), verb]
        try:
            done = subprocess.run(  # noqa: S603  (the admin's own setting)
                line, input=b64encode(content), capture_output=True, timeout=KMS_TIMEOUT, check=True
            )
            return b64decode(done.stdout.strip(), validate=True)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise MasterKeyError(f"The key service did not {verb} ({line[0]}): {error}") from error


def get_key_file() -> Path:
    return get_settings().master_key_file or get_settings().data / "secret-key"


def load_keys() -> list[MasterKey]:
    """Return the master keys of this process. The first one wraps.

    Raises:
        MasterKeyError: a configured key is not 64 hexadecimal digits, or its file is missing.
        ExposedSecretError: other users can read the file.
    """
    chosen = get_settings()
    if chosen.kms_command:
        return [ServiceKey(chosen.kms_command)]
    if chosen.master_key:
        given = chosen.master_key.get_secret_value().split(",")
        return [_parse_local_key(part, "DATAXCHANGE_MASTER_KEY") for part in given]
    return [_parse_local_key(line, str(get_key_file())) for line in _read_key_file().split("\n")]


def ensure_key_file() -> None:
    """Create the file of the master key if it is missing and the key comes from no other place.

    Call it for a database without keys only: a new master key can't unwrap what a lost one has wrapped.

    Raises:
        ExposedSecretError: other users can read the file.
    """
    if _is_in_file():
        read_or_create(get_key_file(), generate_key)


def describe_source() -> str:
    """Return a phrase that says where the master key comes from."""
    chosen = get_settings()
    if chosen.kms_command:
        return "a key service"
    return "the environment" if chosen.master_key else f"the file {get_key_file()}"


def generate_key() -> str:
    return secrets.token_hex(32)


def get_current_key() -> MasterKey:
    return load_keys()[0]


def get_key(id_: str) -> MasterKey:
    """Return the master key with this id.

    Raises:
        MasterKeyError: no such key is configured.
    """
    for key in load_keys():
        if key.id == id_:
            return key
    raise MasterKeyError(
        f"The master key {id_} is missing: what it protects can't be read. Restore the file {get_key_file()}"
        " or the setting it came from; docs/encryption.md says how."
    )


def begin_rotation() -> None:
    """Put a new key before the others in the file.

    Raises:
        MasterKeyError: the key does not come from a file, so it can't be rotated here.
    """
    if not _is_in_file():
        raise MasterKeyError("The master key comes from outside: put the new one before the old one there.")
    write_secret(get_key_file(), "\n".join([generate_key(), *_read_key_file().split()]))


def end_rotation() -> None:
    """Remove all keys but the first from the file. Call it when the others wrap nothing any more."""
    if _is_in_file():
        write_secret(get_key_file(), _read_key_file().split()[0])


def _is_in_file() -> bool:
    """Return whether the master key comes from its file, not from the environment or a key service."""
    return not get_settings().master_key and not get_settings().kms_command


def _read_key_file() -> str:
    try:
        return read_secret(get_key_file())
    except FileNotFoundError as error:
        raise MasterKeyError(
            f"The master key is missing: there is no file {get_key_file()}, and without it neither the"
            " database nor the datasets can be read. Restore the file from your backup, or set"
            " DATAXCHANGE_MASTER_KEY, DATAXCHANGE_MASTER_KEY_FILE or DATAXCHANGE_KMS_COMMAND again if the"
            " key came from there."
            " No new key was made, as it could not read what the lost one protects."
        ) from error


def _parse_local_key(text: str, place: str) -> MasterKey:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise MasterKeyError(f"{place} isn't a valid key: expected 64 hexadecimal digits.")
    return LocalKey(secret)
