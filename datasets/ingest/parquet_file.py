"""Reading of Parquet files: a first pass checks every column, a second one converts the values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.ingest import limits
from datasets.ingest.column_check import ColumnCheck, check_column
from datasets.ingest.parquet_columns import (
    READ_ERRORS,
    ParquetColumns,
    can_list_chunks,
    list_chunks,
    open_columns,
)
from datasets.ingest.read_result import (
    BadFileError,
    FileFormat,
    ProgressCallback,
    ReadResult,
    make_names_unique,
)
from datasets.ingest.stored_types import TEXT, cast_to_stored, list_stored_types, unwrap_type, unwrap_values

ENCRYPTED_ENDING = b"PARE"
NO_COLUMN = "has no column of numbers, text, times or true/false"
UTC_NAMES = ("UTC", "Etc/UTC", "Z", "+00:00")
MAX_REASON_LENGTH = 200


@dataclass(frozen=True)
class _CheckedColumn:
    """A column that can be stored: its place in the file, its new name and its type in the dataset."""

    place: int
    field: pa.Field


@dataclass(frozen=True)
class _CheckedFile:
    """The columns that can be stored, and sentences about the others by what is wrong with them.

    ``has_type`` says whether there is a column of a type that can be stored.
    """

    file: Path
    rows: int
    has_type: bool
    columns: list[_CheckedColumn]
    notices: list[str]
    unreadable: list[str]

    def read_stored(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows in the types that datasets are stored in."""
        schema = pa.schema([column.field for column in self.columns])
        for arrays in self._read_arrays():
            pairs = zip(arrays, schema.types, strict=True)
            stored = [cast_to_stored(unwrap_values(values), type_) for values, type_ in pairs]
            yield pa.record_batch(stored, schema=schema)

    def read_plain(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows in the types of the file where a column may be stored in several types."""
        names = [column.field.name for column in self.columns]
        for arrays in self._read_arrays():
            yield pa.record_batch([_to_plain(values) for values in arrays], names=names)

    def _read_arrays(self) -> Iterator[list[pa.Array]]:
        whole = 0
        names = [column.field.name for column in self.columns]
        try:
            with open_columns(self.file) as opened:
                places = [column.place for column in self.columns]
                for arrays in opened.read_batches(places, checked=True):
                    whole += limits.require_block_within(self.file, zip(names, arrays, strict=True))
                    limits.require_within(self.file, "unpacks to too much", whole, "import_bytes")
                    yield arrays
        except READ_ERRORS as error:
            raise BadFileError(self.file, f"is damaged ({_shorten_reason(error)})") from error


def read_parquet(file: Path, progress: ProgressCallback) -> ReadResult:
    """Open a Parquet file and check each column; those that can't be stored are left out with a notice.

    Raises:
        BadFileError: it isn't a Parquet file, has no rows, no column that can be stored, or more of something
            than the settings allow.
    """
    checked = _check_file(file, progress)
    return ReadResult(checked.rows, checked.read_stored, (*checked.notices, *checked.unreadable))


def read_parquet_rows(file: Path, progress: ProgressCallback) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a Parquet file, without columns of types that no dataset has.

    Raises:
        BadFileError: as ``read_parquet``, or a column can't be read.
    """
    checked = _check_file(file, progress)
    if checked.unreadable:
        raise BadFileError(file, checked.unreadable[0])
    yield from checked.read_plain()


PARQUET = FileFormat((".parquet", ".pq"), read_parquet, read_parquet_rows)


def _check_file(file: Path, progress: ProgressCallback) -> _CheckedFile:
    rows = _require_readable(file)
    try:
        with open_columns(file, int96_unit="ms") as opened:
            checked = _check_columns(file, opened, rows, progress)
    except READ_ERRORS as error:
        raise BadFileError(file, f"is damaged ({_shorten_reason(error)})") from error
    if not checked.columns:
        raise BadFileError(file, _describe_nothing(checked))
    return checked


def _describe_nothing(checked: _CheckedFile) -> str:
    """Return why no column can be stored."""
    if checked.unreadable:
        return f"has no column that can be read, or is damaged: {checked.unreadable[0]}"
    return "has no value in any column" if checked.has_type else NO_COLUMN


def _require_readable(file: Path) -> int:
    """Return how many rows there are; check that there are some, and not more of anything than is allowed."""
    metadata, schema = _read_metadata(file)
    limits.require_within(file, "too many columns", metadata.num_columns, "import_columns")
    limits.require_within(file, "too many rows", metadata.num_rows, "import_rows")
    if not can_list_chunks(metadata):
        raise BadFileError(file, "is damaged, or columns of it are encrypted")
    if not schema.names:
        raise BadFileError(file, NO_COLUMN)
    if not metadata.num_rows:
        raise BadFileError(file, "has no rows")
    _require_blocks(file, metadata, {field.name for field in schema if list_stored_types(field.type)})
    return int(metadata.num_rows)


def _read_metadata(file: Path) -> tuple[pq.FileMetaData, pa.Schema]:
    if _is_encrypted(file):
        raise BadFileError(file, "is encrypted; decrypt it and try again")
    try:
        with pq.ParquetFile(file) as parquet:
            return parquet.metadata, parquet.schema_arrow
    except READ_ERRORS as error:
        reason = _shorten_reason(error)
        raise BadFileError(file, f"is not a Parquet file that can be read ({reason})") from error


def _is_encrypted(file: Path) -> bool:
    try:
        with file.open("rb") as content:
            content.seek(-min(len(ENCRYPTED_ENDING), file.stat().st_size), 2)
            return content.read() == ENCRYPTED_ENDING
    except OSError as error:
        raise BadFileError(file, f"can't be read ({error.strerror})") from error


def _require_blocks(file: Path, metadata: pq.FileMetaData, read: set[str]) -> None:
    """Check that the columns to be read don't unpack to more than is allowed, in all and per row group."""
    whole = 0
    for number, chunk in list_chunks(metadata, read):
        place = f"row group {number}, column {chunk.path_in_schema!r} unpacks to too much"
        limits.require_within(file, place, chunk.total_uncompressed_size, "import_block")
        whole += chunk.total_uncompressed_size
    limits.require_within(file, "unpacks to too much", whole, "import_bytes")


def _check_columns(file: Path, opened: ParquetColumns, rows: int, progress: ProgressCallback) -> _CheckedFile:
    names, notices = make_names_unique(opened.schema.names)
    has_type = any(map(list_stored_types, opened.schema.types))
    checked = _CheckedFile(file, rows, has_type, [], notices, [])
    for place, name in enumerate(names):
        _check_one(opened, place, name, checked)
        progress("checking columns", rows * (place + 1) // len(names), rows)
    return checked


def _check_one(opened: ParquetColumns, place: int, name: str, checked: _CheckedFile) -> None:
    """Add a column to what can be stored, or a sentence that says why it can't be."""
    field = opened.schema.field(place)
    if not list_stored_types(field.type):
        what = "has no values" if pa.types.is_null(field.type) else f"holds {field.type} values"
        checked.notices.append(f"column {name!r} is left out: it {what}")
        return
    try:
        check = check_column(field.type, lambda: _read_checked(checked, opened, place, name))
    except READ_ERRORS as error:
        what = f"its {unwrap_type(field.type)} values can't be read ({_shorten_reason(error)})"
        checked.unreadable.append(f"column {name!r} is left out: {what}")
        return
    checked.notices.extend(_describe_check(name, field.type, check))
    if not check.is_empty:
        kept = pa.field(name, check.target, metadata=field.metadata)
        checked.columns.append(_CheckedColumn(place, kept))


def _read_checked(checked: _CheckedFile, opened: ParquetColumns, place: int, name: str) -> Iterator[pa.Array]:
    """Yield the values of a column; raise if they break a limit or are not as many as the file says."""
    found = 0
    for (values,) in opened.read_batches([place], checked=False):
        limits.require_block_within(checked.file, [(name, values)])
        found += len(values)
        yield values
    if found != checked.rows:
        raise pa.ArrowInvalid(f"there are {found:,} for {checked.rows:,} rows")


def _to_plain(values: pa.Array) -> pa.Array:
    plain = unwrap_values(values)
    only, *others = list_stored_types(plain.type)
    return plain if others else cast_to_stored(plain, only)


def _describe_check(name: str, type_: pa.DataType, check: ColumnCheck) -> Iterator[str]:
    if check.is_empty:
        yield f"column {name!r} is left out: it has no values"
    elif check.target == TEXT != list_stored_types(type_)[0]:
        yield f"column {name!r} is imported as text: its {type_} values are too large for whole numbers"
    elif zone := getattr(check.target, "tz", None):
        if zone not in UTC_NAMES:
            yield f"column {name!r} is of the time zone {zone}; its times are shown in UTC"
    elif check.digits:
        yield f"column {name!r} is rounded to 15 digits: its {type_} values have up to {check.digits}"


def _shorten_reason(error: Exception) -> str:
    """Return the first line of what pyarrow says, without its place in pyarrow."""
    reason = str(error).strip().split("\n")[0].split(" Detail:")[0]
    return reason.rsplit("Invalid: ", 1)[-1][:MAX_REASON_LENGTH]
