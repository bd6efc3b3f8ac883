"""Text files as streams of UTF-8: unpacked, without byte order mark, whatever they are encoded in."""

from __future__ import annotations

import codecs
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from datasets.ingest import limits
from datasets.ingest.file_content import find_packing, refuse_foreign_format
from datasets.ingest.read_result import BadFileError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK_BYTES = 8 << 20
"""How many bytes are read at once, and more than a row may have."""
SAVE_AS_UTF8 = "save the file as UTF-8 and try again"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
"""The mark of UTF-32 stands before that of UTF-16, with which it begins."""


def open_text(file: Path) -> io.BufferedReader:
    """Open a text file, packed or not, as UTF-8 without a byte order mark.

    Text of another encoding without a mark comes as it is: ``describe_encoding`` says what is wrong with it.
    Reading raises ``BadFileError`` where the file is damaged or unpacks to more than the settings allow.

    Raises:
        BadFileError: the file is of another format.
    """
    refuse_foreign_format(file)
    packing, encoding = find_packing(file), find_encoding(file)
    stream = _open_unpacked(file, packing)
    if encoding == "UTF-8":
        stream.read(len(codecs.BOM_UTF8))
    elif encoding is not None:
        stream = pa.transcoding_input_stream(stream, encoding, "utf-8")
    return io.BufferedReader(_TextStream(file, stream, packing, encoding), 1 << 16)


def open_sample(file: Path) -> tuple[str, bool]:
    """Return the text at the beginning of a file, and whether that is all of it.

    Raises:
        BadFileError: the file is of another format, damaged, or no UTF-8; the message says in which line.
    """
    with open_text(file) as stream:
        head = stream.read(BLOCK_BYTES)
        is_whole = len(head) < BLOCK_BYTES
    if _looks_like_utf16(head[:1000]):
        raise BadFileError(file, f"looks like UTF-16 without a byte order mark; {SAVE_AS_UTF8}")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head, final=is_whole), is_whole
    except UnicodeDecodeError as error:
        raise BadFileError(file, describe_encoding(file) or str(error)) from error


def describe_source(file: Path) -> list[str]:
    """Return what a person should know about how the text was found in the file."""
    packing, encoding = find_packing(file), find_encoding(file)
    notices = [] if packing is None else [f"the file is unpacked ({packing})"]
    return notices if encoding in (None, "UTF-8") else [*notices, f"the text is {encoding}"]


def find_encoding(file: Path) -> str | None:
    """Return the encoding that the byte order mark names; None if there is none.

    Raises:
        BadFileError: the file is packed, and damaged.
    """
    packing = find_packing(file)
    try:
        with _open_unpacked(file, packing) as stream:
            head = stream.read(4)
    except OSError as error:
        raise BadFileError(file, _describe_damage(packing)) from error
    return next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)


def describe_encoding(file: Path) -> str | None:
    """Return in which line the text isn't UTF-8, and what it may be instead; None if all of it is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, before = 1, b"\n"
    with open_text(file) as stream:
        while True:
            block = stream.read(BLOCK_BYTES)
            pending = decoder.getstate()[0]
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += count_line_breaks((pending + block)[: error.start], before)
                return _describe_bad_line(line)
            if not block:
                return None
            line += count_line_breaks(block, before)
            before = block[-1:]


def count_line_breaks(text: bytes, before: bytes) -> int:
    """Return how many lines end in the text, by LF, CR or CR LF; ``before`` is the byte before it."""
    breaks = text.count(b"\n")
    if b"\r" in text:
        breaks += text.count(b"\r") - text.count(b"\r\n")
    return breaks - (before == b"\r" and text.startswith(b"\n"))


class _TextStream(io.RawIOBase):
    """The bytes of a stream, counted; its errors are said in sentences."""

    def __init__(self, file: Path, stream: pa.NativeFile, packing: str | None, encoding: str | None) -> None:
        self._file, self._stream, self._packing, self._encoding = file, stream, packing, encoding
        self._bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        try:
            data: bytes = self._stream.read(len(target))
        except UnicodeDecodeError as error:
            raise BadFileError(self._file, f"is damaged: it isn't {self._encoding} throughout") from error
        except OSError as error:
            raise BadFileError(self._file, _describe_damage(self._packing)) from error
        target[: len(data)] = data
        self._bytes += len(data)
        if self._packing is not None:
            limits.require_within(self._file, "unpacks to too much", self._bytes, "import_bytes")
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _open_unpacked(file: Path, packing: str | None) -> pa.NativeFile:
    return pa.input_stream(str(file), compression=packing)


def _describe_damage(packing: str | None) -> str:
    return f"is damaged: its {packing} data can't be unpacked to its end" if packing else "can't be read"


def _looks_like_utf16(head: bytes) -> bool:
    """Return whether every second byte is zero, as in letters of Latin alphabets, and most others aren't."""
    zeros = sorted((head[::2].count(0), head[1::2].count(0)))
    return zeros[1] > len(head) / 4 and zeros[0] < len(head) / 8


def _describe_bad_line(line: int) -> str:
    guess = "perhaps Windows-1252, also called Latin-1 or ANSI"
    return f"line {line} is not UTF-8 text, but {guess}; {SAVE_AS_UTF8}"
