"""A scale with any ascending edges, for exact bounds that lie between the edges of a view's own scale."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, FiniteFloat, model_validator

from gpu.scales.base import MAX_LEVELS, BaseOrderedScale


class EdgesScale(BaseOrderedScale):
    """A scale of one or more listed edges; they are epoch milliseconds if ``temporal``."""

    type: Literal["edges"] = "edges"
    values: tuple[FiniteFloat, ...] = Field(min_length=1, max_length=MAX_LEVELS)
    temporal: bool = False

    @model_validator(mode="after")
    def _require_ascending(self) -> Self:
        if any(a >= b for a, b in pairwise(self.values)):
            raise ValueError("edges must ascend")
        return self

    @property
    def measures_time(self) -> bool:
        return self.temporal

    def build_edges(self) -> npt.NDArray[np.float64]:
        return np.array(self.values, np.float64)
