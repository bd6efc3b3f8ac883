"""The folder in which CuPy keeps compiled kernels."""

from __future__ import annotations

import os
from pathlib import Path


def set_kernel_cache(folder: Path) -> None:
    """Let CuPy keep compiled kernels in ``folder``, unless ``CUPY_CACHE_DIR`` names another one.

    CuPy creates the folder when it is imported. Its own choice is in the home directory, which the user of a
    service often lacks. The processes that run cuxfilter inherit the variable.
    """
    os.environ.setdefault("CUPY_CACHE_DIR", str(folder.resolve()))
