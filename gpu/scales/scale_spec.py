"""The scale that a view requests; ``resolve_scale`` makes a scale of it, given the column's profile."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gpu.column_profile import MAX_VALUES


class ScaleSpec(BaseModel):
    """A type of scale, a domain (None: the range of the values) and how many categories are kept apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["linear", "log", "time", "category", "boolean"]
    domain: tuple[FiniteFloat, FiniteFloat] | None = None
    top: int | None = Field(default=None, ge=1, le=MAX_VALUES)
