"""Scales: how the values of a column become codes, small integers that a view counts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gpu.scales.category_scales import Boolean, Category
from gpu.scales.edges_scale import Edges
from gpu.scales.linear_scale import Linear
from gpu.scales.log_scale import Log
from gpu.scales.resolve import resolve
from gpu.scales.scale_spec import ScaleSpec
from gpu.scales.time_scale import Time

Scale = Annotated[Linear | Log | Time | Category | Boolean | Edges, Field(discriminator="type")]
OrderedScale = Linear | Log | Time | Edges

__all__ = [
    "Boolean",
    "Category",
    "Edges",
    "Linear",
    "Log",
    "OrderedScale",
    "Scale",
    "ScaleSpec",
    "Time",
    "resolve",
]
