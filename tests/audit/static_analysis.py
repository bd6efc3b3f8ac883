"""Checks that only read the program: bandit, our own semgrep rules, and a search for secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.audit.tools import NO_TELEMETRY, ROOT, TOOLS, NotCheckedError, list_problems, run_program

SCANNED_PATHS = (
    "app.py",
    "cli.py",
    "config.py",
    "errors.py",
    "server",
    "accounts",
    "api",
    "callbacks",
    "components",
    "datasets",
    "db",
    "gpu",
    "pages",
    "realtime",
)
RULES_FOLDER = "deploy/semgrep"
KNOWN_SECRETS = json.loads((Path(__file__).parent / "known_secrets.json").read_text())
"""What looks like a secret and is none: file -> the hash of it -> why."""


def run_bandit() -> list[str]:
    return list_problems(
        run_program(TOOLS / "bandit", "-q", "-ll", "-s", "B104", "-r", *SCANNED_PATHS)
    )  # ruff's S104 watches for B104


def check_semgrep_rules() -> list[str]:
    return list_problems(_start_semgrep("--test", "--metrics=off", RULES_FOLDER))


def run_semgrep() -> list[str]:
    excluded = [f"--exclude={name}" for name in ("semgrep", "vendor", "tests", "bench", ".audit")]
    options = ["--metrics=off", "--disable-version-check", "--quiet", "--error"]
    return list_problems(
        _start_semgrep(
            "scan", *options, "--config", RULES_FOLDER, *excluded, *SCANNED_PATHS, "assets", "deploy"
        )
    )


def find_secrets() -> list[str]:
    """Secrets in files that git knows. Names such as ``password = …`` are ruff's (S105 to S107)."""
    command = (
        "scan",
        "--disable-plugin",
        "KeywordDetector",
        "--exclude-files",
        "package-lock.json|known_secrets.json",
    )
    done = run_program(TOOLS / "detect-secrets", *command)
    if done.returncode:
        raise NotCheckedError(done.stderr.strip())
    return [
        f"{file}, line {each['line_number']}: {each['type']} ({each['hashed_secret']})"
        for file, found in json.loads(done.stdout)["results"].items()
        for each in found
        if each["hashed_secret"] not in KNOWN_SECRETS.get(file, {})
    ]


def _start_semgrep(*arguments: str):
    path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"  # it starts programs of its own
    return run_program(
        TOOLS / "semgrep", *arguments, cwd=ROOT, env=os.environ | NO_TELEMETRY | {"PATH": path}
    )


CHECKS = {
    "bandit": run_bandit,
    "semgrep rules on their own cases": check_semgrep_rules,
    "semgrep": run_semgrep,
    "secrets": find_secrets,
}
