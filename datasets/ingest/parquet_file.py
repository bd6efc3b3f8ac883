"""Reading of Parquet files: their types are converted to the few types that datasets are stored in."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasets.ingest import limits
from datasets.ingest.read_result import (
    BadFileError,
    FileFormat,
    ProgressCallback,
    ReadResult,
    make_names_unique,
)

BATCH_ROWS = 1 << 16
TEXT_TYPES = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


def read_parquet(file: Path, _progress: ProgressCallback) -> ReadResult:
    """Open a Parquet file; only its metadata is read, so there is no progress to report.

    Raises:
        BadFileError: it isn't a Parquet file, has no rows, no column of a supported type, or more of
            something than the settings allow.
    """
    try:
        with pq.ParquetFile(file) as parquet:
            metadata = parquet.metadata
            limits.require_within(file, "too many columns", metadata.num_columns, "import_columns")
            limits.require_within(file, "too many rows", metadata.num_rows, "import_rows")
            schema, rows = parquet.schema_arrow, metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise BadFileError(file, f"is not a Parquet file that can be read ({error})") from error
    names, notices = make_names_unique(schema.names)
    kept = [(i, name) for i, name in enumerate(names) if to_stored_type(schema.field(i).type) is not None]
    for i, name in enumerate(names):
        if to_stored_type(schema.field(i).type) is None:
            notices.append(f"column {name!r} is left out: it holds {schema.field(i).type} values")
    if not kept:
        raise BadFileError(file, "has no column of numbers, text, times or true/false")
    if not rows:
        raise BadFileError(file, "has no rows")
    _require_blocks(file, metadata, {schema.names[i] for i, _ in kept})
    return ReadResult(rows, lambda: _read_batches(file, kept), tuple(notices))


PARQUET = FileFormat(
    (".parquet", ".pq"), read_parquet, lambda file, progress: read_parquet(file, progress).read_batches()
)


def to_stored_type(type_: pa.DataType) -> pa.DataType | None:
    """Return the type that values of ``type_`` are stored in; None for unsupported ones (lists, bytes, ...).

    Integers become int64, other numbers float64, dates and times timestamp[us] in UTC, text large_string.
    """
    if pa.types.is_dictionary(type_):
        return to_stored_type(type_.value_type)
    if pa.types.is_boolean(type_):
        return type_
    if pa.types.is_integer(type_):
        return pa.int64()
    if pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return pa.float64()
    if pa.types.is_timestamp(type_) or pa.types.is_date(type_):
        return pa.timestamp("us")
    return pa.large_string() if any(is_text(type_) for is_text in TEXT_TYPES) else None


def cast_to_stored(values: pa.Array, target: pa.DataType) -> pa.Array:
    """Return the values in a type that datasets are stored in; fractions of a microsecond are dropped.

    Times with a zone become UTC.

    Raises:
        pa.ArrowInvalid: a value doesn't fit.
    """
    if pa.types.is_timestamp(values.type) and values.type.tz:
        values = values.cast(pa.timestamp(values.type.unit))
    return pc.cast(values, options=pc.CastOptions(target, allow_time_truncate=True))


def _require_blocks(file: Path, metadata: pq.FileMetaData, read: set[str]) -> None:
    """Check that the columns to be read don't unpack to more than is allowed, in all and per row group."""
    whole = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for column in map(group.column, range(group.num_columns)):
            name = column.path_in_schema
            if name in read:
                place = f"row group {number}, column {name!r} unpacks to too much"
                limits.require_within(file, place, column.total_uncompressed_size, "import_block")
                whole += column.total_uncompressed_size
    limits.require_within(file, "unpacks to too much", whole, "import_bytes")


def _read_batches(file: Path, kept: list[tuple[int, str]]) -> Iterator[pa.RecordBatch]:
    whole = 0
    try:
        with _open_with_dictionaries(file, kept) as parquet:
            schema = parquet.schema_arrow
            read = {schema.names[i] for i, _ in kept}
            for batch in parquet.iter_batches(BATCH_ROWS, columns=sorted(read)):
                columns = _select_columns(batch, schema.names, kept)
                whole += limits.require_block_within(file, columns)
                limits.require_within(file, "unpacks to too much", whole, "import_bytes")
                stored = [_to_stored(file, name, values) for name, values in columns]
                yield pa.record_batch(stored, schema=_stored_schema(schema, kept))
    except (pa.ArrowException, OSError) as error:
        raise BadFileError(file, f"is damaged ({error})") from error


def _open_with_dictionaries(file: Path, kept: list[tuple[int, str]]) -> pq.ParquetFile:
    """Open the file with text as dictionaries, so that a long text in every row is in memory only once."""
    with pq.ParquetFile(file) as parquet:
        fields = [parquet.schema_arrow.field(i) for i, _ in kept]
    texts = [field.name for field in fields if to_stored_type(field.type) == pa.large_string()]
    return pq.ParquetFile(file, read_dictionary=texts)


def _select_columns(
    batch: pa.RecordBatch, names: list[str], kept: list[tuple[int, str]]
) -> list[tuple[str, pa.Array]]:
    """Return the kept columns under their new names; columns of the same name come in file order."""
    found: dict[str, deque[pa.Array]] = defaultdict(deque)
    for name, values in zip(batch.schema.names, batch.columns, strict=True):
        found[name].append(values)
    new = dict(kept)
    read = [(i, found[name].popleft()) for i, name in enumerate(names) if found.get(name)]
    return [(new[i], values) for i, values in read if i in new]


def _stored_schema(schema: pa.Schema, kept: list[tuple[int, str]]) -> pa.Schema:
    fields = [schema.field(i) for i, _ in kept]
    return pa.schema(
        [
            pa.field(name, to_stored_type(field.type), metadata=field.metadata)
            for field, (_, name) in zip(fields, kept, strict=True)
        ]
    )


def _to_stored(file: Path, name: str, values: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    try:
        return cast_to_stored(values, to_stored_type(values.type))
    except pa.ArrowInvalid as error:
        raise BadFileError(file, f"column {name!r}: {error}") from error
