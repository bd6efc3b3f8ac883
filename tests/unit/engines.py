"""The engines that must agree with the oracle, cell for cell."""

from __future__ import annotations

from collections.abc import Callable

from gpu.cpu import CpuEngine
from gpu.engine import Engine, Source
from gpu.oracle import OracleEngine

ENGINES: list[Callable[[Source], Engine]] = [OracleEngine, CpuEngine]
