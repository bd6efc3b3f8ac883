"""Measures what we claim and prints one report: ``python -m bench [--only PART]... [--rows N...]``.

docs/bench.md says what each part measures.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench import audience, broker, browser, encryption, engine, feed, presenting, signin
from bench.environment import describe_environment

ROOT = Path(__file__).parents[1]
ROWS = [10_000_000, 100_000_000]


def run_engine(rows: list[int]) -> None:
    """Activation in the engine, beside peers."""
    print("\n## In the engine: activation of one of seven views")
    engine.main(["--rows", *map(str, rows)])


def run_slice(_: list[int]) -> None:
    """The data work of a drag frame, without a browser."""
    print("\n## In Node: slices of cubes", flush=True)
    subprocess.run(["node", "bench/slice.mjs"], cwd=ROOT, check=True)  # noqa: S607


def run_browser(_: list[int]) -> None:
    """The main job, in a page."""
    browser.main([])


def run_encryption(_: list[int]) -> None:
    """Files at rest, plain and encrypted."""
    encryption.main()


def run_broker(_: list[int]) -> None:
    """Fan-out of the embedded broker."""
    print("\n## Live: the embedded broker", flush=True)
    broker.main()


def run_presenting(_: list[int]) -> None:
    """A brush on somebody else's screen, and what an audience costs."""
    print("\n## Live: from the presenter's pointer to a follower's screen", flush=True)
    presenting.main()
    audience.main()


def run_feed(_: list[int]) -> None:
    """Rows that come in live."""
    print("\n## Live: rows by a feed", flush=True)
    feed.main(["--rows", "10_000_000"])


def run_signin(_: list[int]) -> None:
    """Passwords and sessions, beside Flask-Login."""
    signin.main()


PARTS: dict[str, Callable[[list[int]], None]] = {
    "browser": run_browser,
    "slice": run_slice,
    "engine": run_engine,
    "encryption": run_encryption,
    "broker": run_broker,
    "presenting": run_presenting,
    "feed": run_feed,
    "signin": run_signin,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS, help="sizes for the engine")
    options = parser.parse_args()
    print(
        "# DataXchange, measured\n\n" + "\n".join(f"- {line}" for line in describe_environment()), flush=True
    )
    for part in options.only or PARTS:
        PARTS[part](options.rows)
        sys.stdout.flush()
    print(f"\nLoad average in the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
