"""Reading a Parquet file in: the types it has, made the few types that datasets are stored in."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasets.ingest import limits
from datasets.ingest.read_result import BadFileError, Incoming, unique_names
from datasets.ingest.shuffle import Progress

BATCH_ROWS = 1 << 16
TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


def read_parquet(file: Path, _progress: Progress) -> Incoming:
    """Open a Parquet file, which takes no time worth reporting.

    Raises:
        BadFileError: it is no Parquet file, has no rows, no column of a type that can be explored, or more
            of something than the settings allow.
    """
    try:
        with pq.ParquetFile(file) as parquet:
            metadata = parquet.metadata
            limits.require(file, "too many columns", metadata.num_columns, "import_columns")
            limits.require(file, "too many rows", metadata.num_rows, "import_rows")
            schema, rows = parquet.schema_arrow, metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise BadFileError(file, f"is not a Parquet file that can be read ({error})") from error
    names, notices = unique_names(schema.names)
    kept = [(i, name) for i, name in enumerate(names) if stored_type(schema.field(i).type) is not None]
    for i, name in enumerate(names):
        if stored_type(schema.field(i).type) is None:
            notices.append(f"column {name!r} is left out: it holds {schema.field(i).type} values")
    if not kept:
        raise BadFileError(file, "has no column of numbers, text, times or true/false")
    if not rows:
        raise BadFileError(file, "has no rows")
    _require_blocks(file, metadata, {schema.names[i] for i, _ in kept})
    return Incoming(rows, lambda: _batches(file, kept), tuple(notices))


def stored_type(type_: pa.DataType) -> pa.DataType | None:
    """The type that values of ``type_`` are stored in; None if they can't be explored (lists, bytes, ...).

    Whole numbers become int64, others float64, dates and times timestamp[us] in UTC, text large_string.
    """
    if pa.types.is_dictionary(type_):
        return stored_type(type_.value_type)
    if pa.types.is_boolean(type_):
        return type_
    if pa.types.is_integer(type_):
        return pa.int64()
    if pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return pa.float64()
    if pa.types.is_timestamp(type_) or pa.types.is_date(type_):
        return pa.timestamp("us")
    return pa.large_string() if any(is_text(type_) for is_text in TEXT) else None


def _require_blocks(file: Path, metadata: pq.FileMetaData, read: set[str]) -> None:
    """See that what is read unpacks to no more than is allowed, in all and at once."""
    whole = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for column in map(group.column, range(group.num_columns)):
            name = column.path_in_schema
            if name in read:
                place = f"row group {number}, column {name!r} unpacks to too much"
                limits.require(file, place, column.total_uncompressed_size, "import_block")
                whole += column.total_uncompressed_size
    limits.require(file, "unpacks to too much", whole, "import_bytes")


def _batches(file: Path, kept: list[tuple[int, str]]) -> Iterator[pa.RecordBatch]:
    whole = 0
    try:
        with _opened(file, kept) as parquet:
            schema = parquet.schema_arrow
            read = {schema.names[i] for i, _ in kept}
            for batch in parquet.iter_batches(BATCH_ROWS, columns=sorted(read)):
                columns = _in_place(batch, schema.names, kept)
                whole += limits.require_block(file, columns)
                limits.require(file, "unpacks to too much", whole, "import_bytes")
                stored = [_stored(file, name, values) for name, values in columns]
                yield pa.record_batch(stored, schema=_schema(schema, kept))
    except (pa.ArrowException, OSError) as error:
        raise BadFileError(file, f"is damaged ({error})") from error


def _opened(file: Path, kept: list[tuple[int, str]]) -> pq.ParquetFile:
    """The file, whose texts stay dictionaries: a text of a megabyte in every row is there once."""
    with pq.ParquetFile(file) as parquet:
        fields = [parquet.schema_arrow.field(i) for i, _ in kept]
    texts = [field.name for field in fields if stored_type(field.type) == pa.large_string()]
    return pq.ParquetFile(file, read_dictionary=texts)


def _in_place(
    batch: pa.RecordBatch, names: list[str], kept: list[tuple[int, str]]
) -> list[tuple[str, pa.Array]]:
    """The kept columns under their new names; those of one name come in the order of the file."""
    found: dict[str, deque[pa.Array]] = defaultdict(deque)
    for name, values in zip(batch.schema.names, batch.columns, strict=True):
        found[name].append(values)
    new = dict(kept)
    read = [(i, found[name].popleft()) for i, name in enumerate(names) if found.get(name)]
    return [(new[i], values) for i, values in read if i in new]


def _schema(schema: pa.Schema, kept: list[tuple[int, str]]) -> pa.Schema:
    fields = [schema.field(i) for i, _ in kept]
    return pa.schema(
        [
            pa.field(name, stored_type(field.type), metadata=field.metadata)
            for field, (_, name) in zip(fields, kept, strict=True)
        ]
    )


def _stored(file: Path, name: str, values: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    target = stored_type(values.type)
    if pa.types.is_timestamp(values.type) and values.type.tz:
        values = values.cast(pa.timestamp(values.type.unit))
    try:
        return pc.cast(values, options=pc.CastOptions(target, allow_time_truncate=True))
    except pa.ArrowInvalid as error:
        raise BadFileError(file, f"column {name!r}: {error}") from error
