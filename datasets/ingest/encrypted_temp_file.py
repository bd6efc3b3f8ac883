"""Scratch files: what lies on disk for a while is encrypted with a key that never leaves memory."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

BLOCK = 1 << 18
"""Bytes encrypted at a time."""


class Scratch:
    """A file that nobody but this object can read: blocks of AES-256-GCM, numbered by their nonces."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cipher = AESGCM(AESGCM.generate_key(256))

    def writer(self) -> io.BufferedWriter:
        return io.BufferedWriter(_Sealing(self.path.open("wb"), self._cipher), BLOCK)

    def reader(self) -> io.BufferedReader:
        return io.BufferedReader(_Opening(self.path.open("rb"), self._cipher), BLOCK)


class _Blocks(io.RawIOBase):
    def __init__(self, file: BinaryIO, cipher: AESGCM) -> None:
        self._file, self._cipher, self._number = file, cipher, 0

    def _nonce(self) -> bytes:
        self._number += 1
        return self._number.to_bytes(12)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Sealing(_Blocks):
    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        block = bytes(memoryview(data)[:BLOCK])
        box = self._cipher.encrypt(self._nonce(), block, None)
        self._file.write(len(box).to_bytes(4) + box)
        return len(block)


class _Opening(_Blocks):
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
