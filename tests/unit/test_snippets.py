"""The example values in the snippets for feeds."""

from __future__ import annotations

import pytest

from callbacks.admin.snippets import build_snippets
from datasets.description import Column, Description
from gpu.column_profile import ColumnProfile


@pytest.mark.parametrize(
    ("minimum", "dates", "text"),
    [
        (None, False, "1970-01-01T00:00:00+00:00"),
        (1_580_515_200_000, True, "2020-02-01"),
        (9.2e15, False, "9999-12-31T23:59:59+00:00"),
        (-9.2e15, True, "0001-01-01"),
    ],
)
def test_times_of_any_year_have_an_example(minimum, dates, text):
    profile = ColumnProfile(kind="time", rows=1, nulls=0, minimum=minimum, dates=dates)
    column = Column(name="when", label="When", profile=profile, sketch=())
    description = Description(slug="a", name="A", version="ab", rows=1, columns=(column,))
    (_, python), _ = build_snippets("http://localhost:8050", "key", description)
    assert repr({"when": text}) in python
