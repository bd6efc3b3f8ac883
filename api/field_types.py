"""Types of the fields of requests: each has a bound, so that no request is larger than it must be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from datasets.exploration import MAX_ROW_NUMBER, MAX_TABLE_COLUMNS

MAX_TEXT_LENGTH = 1000
"""How many characters a text of a request can have; the names of columns, people or views have fewer."""
MAX_ROW_ID = 2**63 - 1
"""The greatest id of a row of the database."""

Text = Annotated[str, Field(max_length=MAX_TEXT_LENGTH)]
RowCount = Annotated[int, Field(ge=0, le=MAX_ROW_NUMBER)]
ColumnNames = Annotated[tuple[Text, ...], Field(max_length=MAX_TABLE_COLUMNS)]
