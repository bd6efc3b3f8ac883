"""What a view asks of a scale; ``resolve`` turns it into one with the help of the column's profile."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gpu.column_profile import MOST_VALUES


class ScaleSpec(BaseModel):
    """A type with a domain (None: where the values are) and, for categories, how many stay apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["linear", "log", "time", "category", "boolean"]
    domain: tuple[FiniteFloat, FiniteFloat] | None = None
    top: int | None = Field(default=None, ge=1, le=MOST_VALUES)
