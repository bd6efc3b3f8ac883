"""NVIDIA's own compilers, which need no GPU."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from gpu.cuda import kernel_source

NVCC = shutil.which("nvcc")
ARCHITECTURES = (75, 80, 86, 89, 90, 100, 120)
"""From Turing, the oldest that CUDA 13 knows, to Blackwell."""
CUPY_OPTIONS = ("-ftz=true", "--device-as-default-execution-space")
"""What CuPy 14.2 adds to the options of every compilation (cupy/cuda/compiler.py)."""


@cache
def load_nvrtc() -> ctypes.CDLL | None:
    """The library that CuPy compiles with, the newest one; None where its package isn't installed."""
    found = find_spec("nvidia")
    folders = found.submodule_search_locations or [] if found else []
    files = [file for folder in folders for file in Path(folder).glob("*/lib/libnvrtc.so.*")]
    return ctypes.CDLL(str(max(files, key=lambda file: file.name))) if files else None


@cache
def compile_to_ptx(architecture: int) -> str:
    """The kernels compiled by NVRTC for ``compute_NN``, with the options that CuPy adds.

    Raises:
        RuntimeError: they don't compile; has what NVRTC says.
    """
    library, program = load_nvrtc(), ctypes.c_void_p()
    text = kernel_source.read_source().encode()
    library.nvrtcCreateProgram(ctypes.byref(program), text, b"kernels.cu", 0, None, None)
    options = [*kernel_source.OPTIONS, *CUPY_OPTIONS, f"-arch=compute_{architecture}"]
    given = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
    failed = library.nvrtcCompileProgram(program, len(options), given)
    if failed:
        raise RuntimeError(_read_output(library, program, "ProgramLog"))
    return _read_output(library, program, "PTX")


def _read_output(library: ctypes.CDLL, program: ctypes.c_void_p, what: str) -> str:
    size = ctypes.c_size_t()
    getattr(library, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(size.value)
    getattr(library, f"nvrtcGet{what}")(program, buffer)
    return buffer.value.decode()


def list_architectures() -> list[int]:
    """The architectures that this nvcc compiles for."""
    done = subprocess.run([NVCC, "--list-gpu-code"], capture_output=True, text=True, check=True)
    listed = {
        int(line.removeprefix("sm_")) for line in done.stdout.split() if line.removeprefix("sm_").isdigit()
    }
    return [each for each in ARCHITECTURES if each in listed]


def compile_with_nvcc(architecture: int, folder: Path) -> str:
    """The kernels compiled by nvcc for ``sm_NN``: what it says of the registers that each takes.

    Raises:
        RuntimeError: they don't compile; has what nvcc says.
    """
    file = folder / "kernels.cu"
    file.write_text(kernel_source.read_source())
    command = [
        NVCC,
        "-cubin",
        *kernel_source.OPTIONS,
        "-ftz=true",
        f"-arch=sm_{architecture}",
        "--resource-usage",
        "-o",
        folder / "kernels.cubin",
        file,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stderr + done.stdout
