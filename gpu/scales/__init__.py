"""Scales turn the values of a column into codes: small integers that an engine counts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gpu.scales.category_scales import BooleanScale, CategoryScale
from gpu.scales.edges_scale import EdgesScale
from gpu.scales.linear_scale import LinearScale
from gpu.scales.log_scale import LogScale
from gpu.scales.resolve import find_log_start, resolve_scale
from gpu.scales.scale_spec import ScaleSpec
from gpu.scales.time_scale import TimeScale

Scale = Annotated[
    LinearScale | LogScale | TimeScale | CategoryScale | BooleanScale | EdgesScale,
    Field(discriminator="type"),
]
OrderedScale = LinearScale | LogScale | TimeScale | EdgesScale

__all__ = [
    "BooleanScale",
    "CategoryScale",
    "EdgesScale",
    "LinearScale",
    "LogScale",
    "OrderedScale",
    "Scale",
    "ScaleSpec",
    "TimeScale",
    "find_log_start",
    "resolve_scale",
]
