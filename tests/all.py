"""Runs every check and test, goes on after failures, prints totals: ``python tests/all.py [SUITE...]``."""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "test-results"
TOOLS = Path(sys.executable).parent

CHECKS = {
    "style": [TOOLS / "ruff", "check", "--quiet"],
    "layout": [TOOLS / "ruff", "format", "--check", "--quiet"],
    "types": [TOOLS / "mypy"],
    "names": [sys.executable, "scripts/check_names.py"],
    "imports": [TOOLS / "lint-imports", "--no-cache", "--no-logo"],
    "types of scripts": ["npx", "--no-install", "tsc", "-p", "tsconfig.json"],
}
WORKER_COUNT = 2
DISTRIBUTION = {"unit": "worksteal"}
"""How tests are given to processes; those of other suites share what their file sets up."""
SUITES = ("lint", "js", "unit", "integration", "e2e")
REPEATED_SUITES = ("integration", "e2e")
"""Suites that start services and browsers: what fails beside another process is run again, alone."""
MAX_REPEATED = 3


def main(chosen):
    RESULTS.mkdir(exist_ok=True)
    totals = {suite: run_suite(suite) for suite in chosen or SUITES}
    print()
    for suite, (count, seconds) in totals.items():
        skipped = f", {count['skipped']} skipped" if count["skipped"] else ""
        again = f" ({count['repeated']} only when run again alone)" if count["repeated"] else ""
        passed = f"{count['passed']} passed{again}, {count['failed']} failed"
        print(f"{suite}: {passed}{skipped} in {seconds:.0f} s")
    whole = sum((count for count, _ in totals.values()), Counter())
    print(f"{whole['passed']} passed, {whole['failed']} failed")
    return 1 if whole["failed"] else 0


def run_suite(suite):
    """The outcomes of a suite, counted, and how many seconds it took."""
    print(f"\n== {suite}", flush=True)
    began = time.monotonic()
    count = Counter(run_check(name) for name in CHECKS) if suite == "lint" else run_tests(suite)
    return count, time.monotonic() - began


def run_check(name):
    done = subprocess.run(CHECKS[name], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    print(f"{name}: {'failed' if done.returncode else 'passed'}", flush=True)
    return "failed" if done.returncode else "passed"


def run_tests(suite):
    report = RESULTS / f"{suite}.xml"
    report.unlink(missing_ok=True)
    command = get_node_command(report) if suite == "js" else get_pytest_command(suite, report)
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    count = count_outcomes(report) if report.exists() else Counter()
    if done.returncode and not count["failed"]:
        count["failed"] += 1  # it broke off before a test could fail
    if suite in REPEATED_SUITES and 0 < len(failed := list_failed(report)) <= MAX_REPEATED:
        return count + repeat_failed(suite, failed)
    return count


def repeat_failed(suite, failed):
    """What running the failed tests of a suite again, one by one, adds to its outcomes."""
    report = RESULTS / f"{suite}-again.xml"
    report.unlink(missing_ok=True)
    print(f"\n== {suite}: what failed, again and alone", flush=True)
    again = [TOOLS / "pytest", *failed, "-v", f"--junitxml={report}"]
    subprocess.run(again, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    passed = count_outcomes(report)["passed"] if report.exists() else 0
    return Counter(passed=passed, repeated=passed, failed=-passed)


def get_pytest_command(suite, report):
    spread = [f"--numprocesses={WORKER_COUNT}", f"--dist={DISTRIBUTION.get(suite, 'loadfile')}"]
    return [TOOLS / "pytest", f"tests/{suite}", "-q", f"--junitxml={report}", *spread]


def get_node_command(report):
    reporters = ["--test-reporter=dot", "--test-reporter-destination=stdout"]
    junit = ["--test-reporter=junit", f"--test-reporter-destination={report}"]
    return ["node", "--test", *reporters, *junit, *sorted((ROOT / "tests/js").glob("*.test.js"))]


def count_outcomes(report):
    cases = ElementTree.parse(report).iter("testcase")
    return Counter(classify_outcome({child.tag for child in case}) for case in cases)


def list_failed(report):
    """The tests that failed, as pytest names them."""
    cases = ElementTree.parse(report).iter("testcase") if report.exists() else ()
    failed = [case for case in cases if classify_outcome({child.tag for child in case}) == "failed"]
    return sorted({f"{case.get('classname').replace('.', '/')}.py::{case.get('name')}" for case in failed})


def classify_outcome(tags):
    if tags & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
