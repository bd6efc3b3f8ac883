"""Checks of what others wrote: known weaknesses, and the bill of materials.

Both reviewers say "nothing found" when they get no data. Each is therefore also asked for a version that is
known to be weak: when it misses that, nothing was checked.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.audit.tools import RESULTS, ROOT, TOOLS, NotCheckedError, UnreachableError, run_program

WEAK_PYTHON = ("jinja2", "2.4.1")  # PYSEC-2014-8, PYSEC-2019-217 and others
WEAK_NPM = ("lodash", "4.17.4")  # GHSA-jf85-cpcp-j695 and others

LICENCE_IN_FILE_ONLY = (
    "axe-playwright-python ",
)  # its licence, MIT, lies beside it as a file; only tests use it


def check_python_packages() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        canary.write_text("==".join(WEAK_PYTHON))
        if not _run_pip_audit(canary):
            raise UnreachableError(f"pip-audit could not reach its data: it knows nothing of {WEAK_PYTHON}")
        installed = Path(folder) / "installed.txt"
        installed.write_text(run_program(ROOT / ".venv/bin/pip", "freeze", "--all").stdout)
        return _run_pip_audit(installed)


def _run_pip_audit(requirements: Path) -> list[str]:
    command = ("--strict", "--no-deps", "--disable-pip", "--progress-spinner=off", "-f", "json", "-r")
    done = run_program(TOOLS / "pip-audit", *command, requirements)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError as error:
        lines = done.stderr.strip().splitlines() or ["no answer"]
        raise UnreachableError(f"pip-audit could not reach its data: {lines[-1]}") from error
    return [
        f"{each['name']} {each['version']}: {weak['id']}"
        for each in packages
        for weak in each.get("vulns", ())
    ]


def check_npm_packages() -> list[str]:
    name, version = WEAK_NPM
    with tempfile.TemporaryDirectory() as folder:
        manifest = {"name": "canary", "version": "1.0.0", "dependencies": {name: version}}
        lock = {
            "lockfileVersion": 3,
            "packages": {"": manifest, f"node_modules/{name}": {"version": version}},
        }
        (Path(folder) / "package.json").write_text(json.dumps(manifest))
        (Path(folder) / "package-lock.json").write_text(json.dumps(manifest | lock))
        if not _run_npm_audit(Path(folder)):
            raise UnreachableError(f"npm audit could not reach its data: it knows nothing of {WEAK_NPM}")
    return _run_npm_audit(ROOT)


def _run_npm_audit(folder: Path) -> list[str]:
    answer = json.loads(
        run_program("npm", "audit", "--json", "--package-lock-only", cwd=folder).stdout or "{}"
    )
    if "vulnerabilities" not in answer:
        raise UnreachableError(f"npm audit could not reach its data: {answer.get('message', 'no answer')}")
    return [f"{name}: {weak['severity']}" for name, weak in answer["vulnerabilities"].items()]


def write_bills_of_materials() -> list[str]:
    """Write both bills of materials (CycloneDX) and a list of licences; to have none is a finding."""
    RESULTS.mkdir(exist_ok=True)
    bills = {"python": RESULTS / "sbom-python.json", "npm": RESULTS / "sbom-npm.json"}
    done = run_program(
        TOOLS / "cyclonedx-py", "environment", ROOT / ".venv/bin/python", "-o", bills["python"]
    )
    if done.returncode:
        raise NotCheckedError(done.stderr.strip())
    bills["npm"].write_text(_make_npm_bill())
    lines = [line for bill in bills.values() for line in _list_licences(json.loads(bill.read_text()))]
    (RESULTS / "licences.txt").write_text("".join(f"{line}\n" for line in lines))
    return [line for line in lines if line.endswith(": ") and not line.startswith(LICENCE_IN_FILE_ONLY)]


def _make_npm_bill() -> str:
    """What npm makes of the lock file, which it reads only where the package has a version."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            held = json.loads((ROOT / name).read_text()) | {"version": "0.1.0"}
            if "packages" in held:
                held["packages"][""]["version"] = held["version"]
            (Path(folder) / name).write_text(json.dumps(held))
        done = run_program("npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", cwd=folder)
    if done.returncode:
        raise NotCheckedError(done.stderr.strip())
    return done.stdout


def _list_licences(bill: dict) -> list[str]:
    return [f"{each['name']} {each['version']}: {_format_licence(each)}" for each in bill["components"]]


def _format_licence(component: dict) -> str:
    """What a package says of its licence, "" if nothing; some give the whole text as its name."""
    entries = component.get("licenses", ())
    names = [entry.get("expression") or _get_licence_name(entry["license"]) for entry in entries]
    return ", ".join(name for name in names if name)


def _get_licence_name(licence: dict) -> str:
    return licence.get("id") or licence.get("name", "").strip().partition("\n")[0]


CHECKS = {
    "weaknesses known of Python packages": check_python_packages,
    "weaknesses known of npm packages": check_npm_packages,
    "bill of materials and licences": write_bills_of_materials,
}
