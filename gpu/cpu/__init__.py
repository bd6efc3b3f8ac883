"""The engine of the CPU."""

import os

# Threads that spin while idle slow every other pool of the process; libraries read this when they load.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("KMP_BLOCKTIME", "0")

from gpu.cpu.engine import CpuEngine
from gpu.resident.memory import Memory

__all__ = ["CpuEngine", "Memory"]
