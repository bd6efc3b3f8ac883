"""Checks that only read the program: bandit, our own semgrep rules, and a search for secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.audit.tools import QUIET, ROOT, TOOLS, NotCheckedError, run, said

ROOMS = (
    "app.py",
    "config.py",
    "server",
    "accounts",
    "api",
    "callbacks",
    "components",
    "datasets",
    "db",
    "gpu",
    "pages",
)
RULES = "deploy/semgrep"
KNOWN = json.loads((Path(__file__).parent / "known_secrets.json").read_text())
"""What looks like a secret and is none: file -> the hash of it -> why."""


def bandit() -> list[str]:
    return said(
        run(TOOLS / "bandit", "-q", "-ll", "-s", "B104", "-r", *ROOMS)
    )  # ruff's S104 watches for B104


def rules_themselves() -> list[str]:
    return said(_semgrep("--test", "--metrics=off", RULES))


def rules() -> list[str]:
    excluded = [f"--exclude={name}" for name in ("semgrep", "vendor", "tests", "bench", ".audit")]
    options = ["--metrics=off", "--disable-version-check", "--quiet", "--error"]
    return said(_semgrep("scan", *options, "--config", RULES, *excluded, *ROOMS, "assets", "deploy"))


def secrets() -> list[str]:
    """Secrets in files that git knows. Names such as ``password = …`` are ruff's (S105 to S107)."""
    command = (
        "scan",
        "--disable-plugin",
        "KeywordDetector",
        "--exclude-files",
        "package-lock.json|known_secrets.json",
    )
    done = run(TOOLS / "detect-secrets", *command)
    if done.returncode:
        raise NotCheckedError(done.stderr.strip())
    return [
        f"{file}, line {each['line_number']}: {each['type']} ({each['hashed_secret']})"
        for file, found in json.loads(done.stdout)["results"].items()
        for each in found
        if each["hashed_secret"] not in KNOWN.get(file, {})
    ]


def _semgrep(*arguments: str):
    path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"  # it starts programs of its own
    return run(TOOLS / "semgrep", *arguments, cwd=ROOT, env=os.environ | QUIET | {"PATH": path})


CHECKS = {
    "bandit": bandit,
    "semgrep rules on their own cases": rules_themselves,
    "semgrep": rules,
    "secrets": secrets,
}
