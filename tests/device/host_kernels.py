"""The kernels compiled for the host, once for each source."""

from __future__ import annotations

import os
import subprocess
from ctypes import CDLL
from hashlib import sha256
from pathlib import Path

from gpu.cuda import kernel_source

HERE = Path(__file__).parent
COMPILER = os.environ.get("CXX", "g++")
SANITIZER_OPTIONS = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
COMPILE_COMMAND = (COMPILER, *kernel_source.OPTIONS, "-O2", "-fno-strict-aliasing", "-Wno-unknown-pragmas")


def build_library(*, strict: bool = False) -> CDLL:
    """The kernels as ``launch_NAME(arguments, blocks, threads, shared)``.

    Args:
        strict: end the process at what C++ leaves undefined, at twice the time.

    Raises:
        RuntimeError: the source does not compile; has what the compiler says.
    """
    launches = "\n".join(f"LAUNCHES({name})" for name in kernel_source.KERNEL_NAMES)
    whole = f"{(HERE / 'builtins.h').read_text()}\n{kernel_source.read_source()}\n{launches}\n"
    command = [*COMPILE_COMMAND, *(SANITIZER_OPTIONS if strict else ())]
    digest = sha256("\n".join([whole, *command]).encode()).hexdigest()[:16]
    file = HERE / "__pycache__" / f"kernels-{digest}.so"
    if not file.exists():
        _compile(command, whole, file)
    return CDLL(str(file))


def _compile(command: list[str], text: str, file: Path) -> None:
    """Compile aside and move into place: several processes may be at it."""
    file.parent.mkdir(exist_ok=True)
    made = file.with_suffix(f".{os.getpid()}")
    output = ["-shared", "-fPIC", "-x", "c++", "-", "-o", made]
    done = subprocess.run([*command, *output], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    made.rename(file)
