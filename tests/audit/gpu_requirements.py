"""Whether the requirements for a GPU still go together: resolved, not downloaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.audit.tools import ROOT, TOOLS, UnreachableError, list_problems, run_program

REQUIREMENT_FILES = (ROOT / "requirements-gpu.txt", ROOT / "requirements-cuxfilter.txt")
"""Those of the service, and those of the process that runs cuxfilter."""
RESOLVABLE_REQUIREMENT = "idna==3.10"
"""Resolves wherever there is an index."""


def check_gpu_requirements() -> list[str]:
    """Each set for Python 3.12 on Linux, that of the image; what doesn't go together is said by name."""
    with tempfile.TemporaryDirectory() as folder:
        resolvable = Path(folder) / "requirements.in"
        resolvable.write_text(RESOLVABLE_REQUIREMENT)
        if _resolve_requirements(resolvable):
            raise UnreachableError("uv could not reach the package index")
    return [problem for file in REQUIREMENT_FILES for problem in _resolve_requirements(file)]


def _resolve_requirements(file: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        place = ("--python-version=3.12", "--python-platform=linux")
        lock = Path(folder) / "lock"
        return list_problems(run_program(TOOLS / "uv", "pip", "compile", "--quiet", *place, "-o", lock, file))


CHECKS = {"requirements for a GPU": check_gpu_requirements}
