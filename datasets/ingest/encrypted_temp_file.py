"""Temporary files that are encrypted with a key that exists only in memory."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

BLOCK_BYTES = 1 << 18
"""How many bytes are encrypted together."""


class EncryptedTempFile:
    """A file that only this object can read: blocks of AES-256-GCM, whose nonces are their numbers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cipher = AESGCM(AESGCM.generate_key(256))

    def open_writer(self) -> io.BufferedWriter:
        return io.BufferedWriter(_EncryptingWriter(self.path.open("wb"), self._cipher), BLOCK_BYTES)

    def open_reader(self) -> io.BufferedReader:
        return io.BufferedReader(_DecryptingReader(self.path.open("rb"), self._cipher), BLOCK_BYTES)


class _BlockStream(io.RawIOBase):
    def __init__(self, file: BinaryIO, cipher: AESGCM) -> None:
        self._file, self._cipher, self._number = file, cipher, 0

    def _nonce(self) -> bytes:
        self._number += 1
        return self._number.to_bytes(12)

    def close(self) -> None:
        self._file.close()
        super().close()


class _EncryptingWriter(_BlockStream):
    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        block = bytes(memoryview(data)[:BLOCK_BYTES])
        box = self._cipher.encrypt(self._nonce(), block, None)
        self._file.write(len(box).to_bytes(4) + box)
        return len(block)


class _DecryptingReader(_BlockStream):
    _rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if not self._rest and (head := self._file.read(4)):
            box = self._file.read(int.from_bytes(head))
            self._rest = self._cipher.decrypt(self._nonce(), box, None)
        target = memoryview(buffer).cast("B")
        taken, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(taken)] = taken
        return len(taken)
