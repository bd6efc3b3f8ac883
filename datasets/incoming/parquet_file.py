"""Reading a Parquet file in: the types it has, made the few types that datasets are stored in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasets.incoming.file import BadFileError, Incoming, unique_names
from datasets.incoming.shuffle import Progress

TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


def read_parquet(file: Path, _progress: Progress) -> Incoming:
    """Open a Parquet file, which takes no time worth reporting.

    Raises:
        BadFileError: it is no Parquet file, has no rows, or no column of a type that can be explored.
    """
    try:
        with pq.ParquetFile(file) as parquet:
            schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
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


def _batches(file: Path, kept: list[tuple[int, str]]) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(file) as parquet:
            for batch in parquet.iter_batches():
                columns = [_stored(file, name, batch.column(i)) for i, name in kept]
                yield pa.record_batch(columns, schema=_schema(parquet.schema_arrow, kept))
    except (pa.ArrowException, OSError) as error:
        raise BadFileError(file, f"is damaged ({error})") from error


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
