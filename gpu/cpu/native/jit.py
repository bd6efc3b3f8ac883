"""Numba's compiler as the kernels use it: at import, cached, and without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

from gpu.resident import measure_kinds

F = TypeVar("F", bound=Callable[..., Any])

Native = Any
"""A value whose type the signature of the kernel determines."""


def _sources() -> str:
    """Return a digest of all kernels: Numba itself checks only the file of the function that it cached."""
    files = [*sorted(Path(__file__).parent.glob("*.py")), Path(measure_kinds.__file__)]
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


config.CACHE_DIR = str(Path(config.CACHE_DIR or Path(__file__).parents[1] / "__pycache__") / _sources())


def inline(function: F) -> F:
    """Compile a function as a part of the kernels that call it."""
    return cast(F, njit(function))


def kernel(signature: str) -> Callable[[F], F]:
    """Compile a function that Python calls, at once and for this one signature."""
    return cast(Callable[[F], F], njit(signature, nogil=True, cache=True))
