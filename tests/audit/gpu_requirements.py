"""Whether the requirements of a GPU still go together with ours: resolved, not downloaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from deploy.gpu_requirements import together
from tests.audit.tools import TOOLS, UnreachableError, run, said

KNOWN = "idna==3.10"
"""Resolves wherever there is an index."""


def gpu() -> list[str]:
    """The set for Python 3.12 on Linux, that of the image; what doesn't go together is said by name."""
    if _resolved([KNOWN]):
        raise UnreachableError("uv could not reach the package index")
    return _resolved(together())


def _resolved(requirements: list[str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.in"
        wanted.write_text("\n".join(requirements))
        place = ("--python-version=3.12", "--python-platform=linux")
        return said(
            run(TOOLS / "uv", "pip", "compile", "--quiet", *place, "-o", Path(folder) / "lock", wanted)
        )


CHECKS = {"requirements of a GPU": gpu}
