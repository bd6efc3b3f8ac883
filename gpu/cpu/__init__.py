"""The engine of the CPU."""

import os

# Idle threads that spin would slow every other pool of the process. Libraries read this when they load.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("KMP_BLOCKTIME", "0")

from gpu.cpu.engine import CpuEngine
from gpu.resident.memory import EngineMemory

__all__ = ["CpuEngine", "EngineMemory"]
