"""Values of Arrow columns as JSON can hold them, also times that Python's own types can't hold."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa

from datasets.ingest.stored_types import unwrap_values

NO_FRACTION = re.compile(r"\.0+$")


def to_plain_value(values: pa.Array, row: int) -> Any:  # noqa: ANN401
    """Return one value of a column. A time is text, in UTC, and "out of range" beyond year 32767."""
    value = unwrap_values(values.slice(row, 1))
    if pa.types.is_timestamp(value.type):
        value = value.cast(pa.timestamp(value.type.unit))  # its zone may be unknown here
    if not pa.types.is_temporal(value.type):
        return value[0].as_py()
    text = value.cast(pa.string())[0].as_py()
    return text and NO_FRACTION.sub("", text)
