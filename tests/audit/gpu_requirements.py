"""Whether the requirements of a GPU still go together with ours: resolved, not downloaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from deploy.gpu_requirements import merge_requirements
from tests.audit.tools import TOOLS, UnreachableError, list_problems, run_program

RESOLVABLE_REQUIREMENT = "idna==3.10"
"""Resolves wherever there is an index."""


def check_gpu_requirements() -> list[str]:
    """The set for Python 3.12 on Linux, that of the image; what doesn't go together is said by name."""
    if _resolve_requirements([RESOLVABLE_REQUIREMENT]):
        raise UnreachableError("uv could not reach the package index")
    return _resolve_requirements(merge_requirements())


def _resolve_requirements(requirements: list[str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.in"
        wanted.write_text("\n".join(requirements))
        place = ("--python-version=3.12", "--python-platform=linux")
        return list_problems(
            run_program(
                TOOLS / "uv", "pip", "compile", "--quiet", *place, "-o", Path(folder) / "lock", wanted
            )
        )


CHECKS = {"requirements of a GPU": check_gpu_requirements}
