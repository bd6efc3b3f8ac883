"""What a file holds, judged by its first bytes and not by its name."""

from __future__ import annotations

import re
import zipfile
from os import SEEK_END
from pathlib import Path

from datasets.ingest.read_result import BadFileError

PACKINGS = {
    "gzip": re.compile(rb"\x1f\x8b"),
    "bz2": re.compile(rb"BZh[1-9]1AY&SY"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
}
"""The names by which Arrow unpacks packed files, and how these begin."""
PARQUET_MAGIC = b"PAR1"
HEAD_BYTES = 512
SAVE_SHEET = "save the sheet as CSV and import that file"
_XML_STARTS = (b"<!doctype html", b"<html", b"<?xml")

_FOREIGN_FORMATS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"is an Excel workbook (.xls, or with a password): {SAVE_SHEET}"),
    (b"\xfd7zXZ\x00", "is packed by xz: unpack it and import the file in it"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it and import the file in it"),
    (b"Rar!\x1a\x07", "is a RAR archive: unpack it and import the file in it"),
    (b"%PDF-", "is a PDF document: import the table as CSV or Parquet"),
    (b"SQLite format 3\x00", "is an SQLite database: export the table as CSV"),
    (b"ARROW1\x00", "is an Arrow file: save the table as Parquet or CSV"),
    (b"FEA1\x00", "is a Feather file: save the table as Parquet or CSV"),
)
_ZIP_CONTENTS = (
    ("xl/", f"is an Excel workbook: {SAVE_SHEET}"),
    ("content.xml", f"is an OpenDocument file: {SAVE_SHEET}"),
)


def read_head(file: Path) -> bytes:
    """Return the first bytes of a file, at most 512."""
    with file.open("rb") as binary:
        return binary.read(HEAD_BYTES)


def find_packing(file: Path) -> str | None:
    """Return how a file is packed, by the name that Arrow has for it; None if it isn't."""
    head = read_head(file)
    return next((name for name, magic in PACKINGS.items() if magic.match(head)), None)


def is_parquet(file: Path) -> bool:
    """Return whether a file begins and ends as Parquet files do; the name of a column may be PAR1, too."""
    if not read_head(file).startswith(PARQUET_MAGIC):
        return False
    with file.open("rb") as binary:
        binary.seek(-len(PARQUET_MAGIC), SEEK_END)
        return binary.read() == PARQUET_MAGIC


def refuse_foreign_format(file: Path) -> None:
    """Check that the file isn't of a known format that can't be imported.

    Raises:
        BadFileError: it is; the message names the format and says what to do.
    """
    head = read_head(file)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise BadFileError(file, _describe_zip(file))
    for magic, problem in _FOREIGN_FORMATS:
        if head.startswith(magic):
            raise BadFileError(file, problem)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_XML_STARTS):
        raise BadFileError(file, "is a web page or XML and not a table: download the CSV file itself")


def _describe_zip(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return f"is an Excel workbook or another ZIP archive, and damaged: {SAVE_SHEET}"
    for part, problem in _ZIP_CONTENTS:
        if any(name.startswith(part) for name in names):
            return problem
    return "is a ZIP archive: unpack it and import the file in it"
