"""The kernels' source, which every compiler reads as one text."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "kernels"
OPTIONS = ("-std=c++17",)
KERNELS = ("choose", "conjoin", "widen", "join", "append", "count", "measure", "between", "gather")


def text() -> str:
    """All files of ``kernels/``, what they share first."""
    files = sorted(FOLDER.glob("*.cu"), key=lambda file: (file.stem != "base", file.stem))
    return "\n".join(file.read_text() for file in files)
