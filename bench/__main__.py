"""Every measurement, one after the other: ``python -m bench [arguments of bench.engine]``."""

import subprocess
from pathlib import Path

from bench import engine

engine.main()
print("\nOne frame of a drag, in V8:", flush=True)
subprocess.run(["node", Path(__file__).with_name("slice.mjs")], check=True)  # noqa: S603, S607
