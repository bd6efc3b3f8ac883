"""Runs every check of ``make audit``, goes on after findings, prints totals: ``python -m tests.audit``."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable

from tests.audit import dependencies, gpu_requirements, scanners, static_analysis
from tests.audit.tools import NotCheckedError, UnreachableError

UNREACHED = "not checked (could not reach its data)"
OFFLINE = os.environ.get("AUDIT_OFFLINE") == "1"
"""Whether what can't reach its data may stay unchecked; it is said all the same."""


def main() -> int:
    checks = static_analysis.CHECKS | dependencies.CHECKS | gpu_requirements.CHECKS | scanners.CHECKS
    count = Counter(run_check(name, check) for name, check in checks.items())
    print(", ".join(f"{number} {result}" for result, number in count.items()))
    return 1 if set(count) - ({"passed", UNREACHED} if OFFLINE else {"passed"}) else 0


def run_check(name: str, check: Callable[[], list[str]]) -> str:
    began = time.monotonic()
    try:
        findings = check()
        result = "failed" if findings else "passed"
    except NotCheckedError as reason:
        findings, result = [str(reason)], UNREACHED if isinstance(reason, UnreachableError) else "not checked"
    print(f"{name}: {result} in {time.monotonic() - began:.0f} s", *findings, sep="\n  ", flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main())
