"""The requirements of the service plus RAPIDS, printed by ``python -m deploy.gpu_requirements``.

A pin in requirements-gpu.txt replaces the one in requirements.txt.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def merge_requirements() -> list[str]:
    own, gpu = (_read_lines(name) for name in ("requirements.txt", "requirements-gpu.txt"))
    replaced = {_package_name(line) for line in gpu}
    return [line for line in own if _package_name(line) not in replaced] + gpu


def _read_lines(name: str) -> list[str]:
    return (ROOT / name).read_text().splitlines()


def _package_name(requirement: str) -> str:
    return re.split(r"[\[=]", requirement, maxsplit=1)[0].lower()


if __name__ == "__main__":
    sys.stdout.write("\n".join(merge_requirements()) + "\n")
